"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.data import api as endpoints
from accounts.data import pages as views

api: list[URLPattern] = [
    path("users/me", endpoints.MeAndTheEnd.as_view(), name="users-me"),
    path("users/me/export", endpoints.ExportEndpoint.as_view(), name="users-me-export"),
    path("users/me/export/download", endpoints.DownloadEndpoint.as_view(), name="users-me-export-download"),
    path("users/me/restore", endpoints.RestoreEndpoint.as_view(), name="users-me-restore"),
]
pages: list[URLPattern] = [
    path("settings/data/", views.overview, name="data"),
    path("settings/data/export/", views.start, name="data_export"),
    path("settings/data/progress/", views.progress, name="data_progress"),
    path("settings/data/download/", views.download, name="data_download"),
    path("settings/data/delete/", views.delete, name="data_delete"),
    path("sign-in/keep/", views.keep, name="keep_account"),
]
