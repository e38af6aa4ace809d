"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from csp.decorators import csp_update
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.api.views import NoSuchEndpoint

public: dict[str, list[type]] = {"authentication_classes": [], "permission_classes": [], "throttle_classes": []}
# Swagger UI writes style elements and draws icons from data: URLs; its script is served from a path of its own, so no script is inline.
docs = csp_update({"style-src": ["'self'", "'unsafe-inline'"], "img-src": ["'self'", "data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema", **public)
)

api: list[URLPattern] = []
pages: list[URLPattern] = [
    path("api/schema/", SpectacularAPIView.as_view(**public), name="api-schema"),
    path("api/docs/", docs, name="api-docs"),
    re_path(r"^api/[\s\S]+\Z", NoSuchEndpoint.as_view()),  # line breaks too, which a path converter leaves out
]
