"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
