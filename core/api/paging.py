"""Pages over REST: ``?cursor=&limit=`` in, ``pagination`` and a ``Link`` header out."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import Invalid
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page


def page_arguments(request: Request, *, default_limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
    """``cursor`` and ``limit`` of the query, ready for ``keyset_page`` and selectors. Raises Invalid("invalid_limit")."""
    try:
        limit = int(request.query_params.get("limit", default_limit))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit is a whole number from 1 to {MAX_LIMIT}.", code="invalid_limit")
    return {"cursor": request.query_params.get("cursor") or None, "limit": limit}


def page_response(request: Request, page: Page[Any], serialize: Callable[[list[Any]], Any]) -> Response:
    """A 200 with the serialised rows of ``page``."""
    response = Response(serialize(page.items))
    response.pagination = {"next": page.next, "has_more": page.has_more}  # type: ignore[attr-defined]
    if page.next:
        url = request.build_absolute_uri(request.path)
        query = request.query_params.copy()
        query["cursor"] = page.next
        response["Link"] = f'<{url}?{query.urlencode()}>; rel="next"'
    return response
