"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.users.api import Me, Privacy, Status

api: list[URLPattern] = [
    path("users/me", Me.as_view(), name="users-me"),
    path("users/me/privacy-settings", Privacy.as_view(), name="users-me-privacy"),
    path("users/me/status", Status.as_view(), name="users-me-status"),
]
pages: list[URLPattern] = []
