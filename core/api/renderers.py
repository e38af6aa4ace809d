"""The answer envelope: ``{"success": true, "data": …}``, or the error as the exception handler shaped it."""

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils import timezone
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

PROBLEM = "application/problem+json"
_drf = JSONEncoder()


def plain(value: Any) -> Any:
    """What msgspec does not know: lazy and safe strings, Decimals, querysets, as DRF would write them."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime.timedelta):
        return str(value.total_seconds())
    return _drf.default(value)


encoder = msgspec.json.Encoder(enc_hook=plain, decimal_format="string", uuid_format="canonical")


class EnvelopeRenderer(BaseRenderer):
    """Wraps what a view returns. ``data`` may be ``msgspec.Raw``: JSON from a cache, sent as it is."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code in {204, 304}:
            return b""
        if response is not None and response.status_code >= 400:
            if response.content_type == PROBLEM:
                return encoder.encode(problem(data, response.status_code))
            return encoder.encode({"success": False, "error": data, "timestamp": timezone.now()})
        content = envelope(encoder.encode(data), getattr(response, "pagination", None), getattr(response, "message", None))
        if response is not None:
            response.etag_content = content
        return stamped(content)


def envelope(data: bytes, pagination: Any = None, message: str | None = None) -> bytes:
    """The answer around ``data`` (JSON), without its time: what an ETag names."""
    more = b',"message":' + encoder.encode(message) if message else b""
    more += b',"pagination":' + encoder.encode(pagination) if pagination else b""
    return b'{"success":true,"data":' + data + more + b"}"


def stamped(content: bytes) -> bytes:
    """The envelope with the time of the answer."""
    return content[:-1] + b',"timestamp":' + encoder.encode(timezone.now()) + b"}"


def problem(error: dict[str, Any], status: int) -> dict[str, Any]:
    """The same error as RFC 9457 wants it; ``code`` and ``details`` are extension members."""
    return {
        "type": f"/api/docs/#error-{error['code']}",
        "title": error["code"].replace("_", " ").capitalize(),
        "status": status,
        "detail": error["message"],
        "code": error["code"],
        "details": error["details"],
    }


def dumps(value: Any) -> str:
    """JSON text of an answer's data, to be kept and sent again as it is."""
    return encoder.encode(value).decode()
