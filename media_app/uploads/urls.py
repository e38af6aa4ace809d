"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from media_app.uploads.api import UploadCompleteEndpoint, UploadEndpoint, UploadsEndpoint

api: list[URLPattern] = [
    path("uploads", UploadsEndpoint.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>", UploadEndpoint.as_view(), name="upload"),
    path("uploads/<uuid:upload_id>/complete", UploadCompleteEndpoint.as_view(), name="upload_complete"),
]
pages: list[URLPattern] = []
