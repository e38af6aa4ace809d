"""ETags on reads. Weak, because the envelope carries the time of the answer while the tag names only what was answered."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response


def attach(request: Request, response: Response) -> None:
    """Tag the answer once it is rendered, and answer 304 to whoever holds it already."""
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Authorization", "Cookie", "Accept"))

    def check(rendered: HttpResponse) -> HttpResponse | None:
        content: bytes | None = getattr(rendered, "etag_content", None)
        if content is None:
            return None
        etag = tag(content)
        rendered["ETag"] = etag
        answer = get_conditional_response(request._request, etag=etag, response=rendered)
        if answer is None or answer is rendered:
            return None
        for header in ("RateLimit", "RateLimit-Policy"):
            if header in rendered:
                answer[header] = rendered[header]
        return answer

    response.add_post_render_callback(check)


def has_it(meta: Mapping[str, Any], etag: str) -> bool:
    """Whether whoever asks says that they hold ``etag`` already (If-None-Match, compared weakly: RFC 9110, 13.1.2)."""
    offered = meta.get("HTTP_IF_NONE_MATCH")
    if offered is None:
        return False
    held = parse_etags(offered)
    return held == ["*"] or etag.removeprefix("W/") in {one.removeprefix("W/") for one in held}


def tag(content: bytes) -> str:
    """The ETag of an answer without its time."""
    return f'W/"{sha256(content).hexdigest()[:24]}"'
