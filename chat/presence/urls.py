"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from chat.presence import pages as views

api: list[URLPattern] = []
pages = [path("settings/presence/", views.seen_as, name="seen_as")]
