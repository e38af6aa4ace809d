"""Pages over REST: ``?cursor=&limit=`` in, ``pagination`` and a ``Link`` header out."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.addresses import origin
from core.errors import Invalid
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page


def page_arguments(params: Mapping[str, str], *, default_limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
    """``cursor`` and ``limit`` of a query, ready for ``keyset_page`` and selectors. Raises Invalid("invalid_limit")."""
    try:
        limit = int(params.get("limit", default_limit))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit is a whole number from 1 to {MAX_LIMIT}.", code="invalid_limit")
    return {"cursor": params.get("cursor") or None, "limit": limit}


def page_response(request: Request, page: Page[Any], serialize: Callable[[list[Any]], Any]) -> Response:
    """A 200 with the serialised rows of ``page``."""
    response = Response(serialize(page.items))
    response.pagination = pagination(page.next)  # type: ignore[attr-defined]
    if page.next:
        response["Link"] = link(request._request, page.next)
    return response


def pagination(following: str | None) -> dict[str, Any]:
    """What an answer says of the page after it, whose cursor ``following`` is."""
    return {"next": following, "has_more": following is not None}


def link(request: HttpRequest, following: str) -> str:
    """The ``Link`` header that leads there."""
    return link_to(origin(request), request.path, request.META["QUERY_STRING"], following)


@lru_cache(maxsize=256)  # many read the first page of the same list
def link_to(at: str, path: str, query: str, following: str) -> str:
    """The same, for an address in parts: ``at`` is its scheme and host."""
    kept = [(name, value) for name, values in QueryDict(query).lists() if name != "cursor" for value in values]
    return f'<{at}{quote(path)}?{urlencode([*kept, ("cursor", following)])}>; rel="next"'
