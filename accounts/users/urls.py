"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.users.api import Me

api: list[URLPattern] = [path("users/me", Me.as_view(), name="users-me")]
pages: list[URLPattern] = []
