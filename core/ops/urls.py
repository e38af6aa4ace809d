"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /. The probes are answered by a middleware."""

from django.urls import URLPattern, path

from core.ops.metrics import metrics

api: list[URLPattern] = []
pages: list[URLPattern] = [path("metrics", metrics, name="metrics")]
