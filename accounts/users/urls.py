"""Where this slice is reached. ``accounts.data`` mounts ``users/me``: deleting oneself is known up there."""

from django.urls import URLPattern, path

from accounts.users.api import Privacy, Status

api: list[URLPattern] = [
    path("users/me/privacy-settings", Privacy.as_view(), name="users-me-privacy"),
    path("users/me/status", Status.as_view(), name="users-me-status"),
]
pages: list[URLPattern] = []
