"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from moderation.reports.api import ReportsEndpoint
from moderation.reports.pages import report

api: list[URLPattern] = [path("reports", ReportsEndpoint.as_view(), name="api_reports")]
pages: list[URLPattern] = [path("report/<slug:kind>/<uuid:target_id>/", report, name="report")]
