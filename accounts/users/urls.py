"""Where this slice is reached. ``accounts.data`` mounts ``users/me``: deleting oneself is known up there."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
