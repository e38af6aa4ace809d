"""The answer envelope: ``{"success": true, "data": …}``, or the error as the exception handler shaped it."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.renderers import JSONRenderer


class EnvelopeRenderer(JSONRenderer):
    """Wraps what a view returns. A view that answers a page returns ``core.api.paging.page_response``."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code == 204:
            return b""
        if response is not None and response.status_code >= 400:
            body = {"success": False, "error": data}
        else:
            body = {"success": True, "data": data}
            if pagination := getattr(response, "pagination", None):
                body["pagination"] = pagination
        body["timestamp"] = timezone.now()
        return super().render(body, accepted_media_type, renderer_context)
