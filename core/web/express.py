"""Reads by access token, answered before Django makes a request of them: half of what a short read costs is what Django does around it.

An endpoint that can be read in this way has a ``short_way``. Whatever it declines goes to Django, which answers it as it answers everything; so
this need not know what a refusal looks like. Which hosts are ours, when to insist on HTTPS and which headers go with that is asked of Django, once
for each host.
"""

import re
import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpResponse
from django.middleware.security import SecurityMiddleware

from core.api.addresses import origin
from core.api.middleware import HEADERS, PREFIX, find, is_read_by_token
from core.errors import DomainError
from core.ops.middleware import begin, note

log = structlog.get_logger(__name__)
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Any]
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_-]+\Z")
PLAIN_QUERY = re.compile(r"[A-Za-z0-9=&_-]*\Z")
STATUSES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
REST_HEADERS = [*HEADERS.items()]


class LongWayError(Exception):
    """The short way does not lead there."""


class Answer(NamedTuple):
    """What a short way found, and for whom. The headers are its own, not those of every answer."""

    status: int
    headers: dict[str, str]
    content: bytes
    person_id: UUID


class ShortWay(Protocol):
    """What an endpoint offers. ``meta`` is what WSGI knows of the request, ``at`` the scheme and host of its address."""

    def __call__(self, meta: Environ, at: str, **path: Any) -> Answer:
        """The answer, where it is a good one. Raises LongWayError, DomainError."""


class Site(NamedTuple):
    """A host of ours by the scheme it was asked for with, and the headers that all its answers have."""

    at: str
    headers: list[tuple[str, str]]


def express(application: Wsgi) -> Wsgi:
    """``application``, with the short ways in front of it."""

    def answer(environ: Environ, start_response: Any) -> Any:
        if (way := _way_of(environ)) is None:
            return application(environ, start_response)
        site, match = way
        started, request_id = time.perf_counter(), begin(environ)
        try:
            found: Answer = match.func.cls.short_way(environ, site.at, **match.kwargs)
        except Exception as error:
            if not isinstance(error, LongWayError | DomainError | DatabaseError):
                log.exception("short_way_failed")
            structlog.contextvars.clear_contextvars()
            return application(environ, start_response)
        finally:
            connection.close_if_unusable_or_obsolete()
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        note(
            method="GET",
            path=f"{path}?{query}" if query else path,
            view=match.view_name,
            status=found.status,
            started=started,
            user_id=str(found.person_id),
        )
        start_response(STATUSES[found.status], [*found.headers.items(), *REST_HEADERS, *site.headers, ("X-Request-ID", request_id)])
        return [found.content]

    return answer


def _way_of(environ: Environ) -> tuple[Site, Any] | None:
    """Where a request asked for, and the endpoint that may have a short way for it; None where Django is to look at it."""
    path = environ["PATH_INFO"]
    if environ.get("SCRIPT_NAME") or not is_read_by_token(environ, path) or not PLAIN_PATH.match(path):
        return None
    if not PLAIN_QUERY.match(environ.get("QUERY_STRING", "")):
        return None
    try:
        match = find(path)
    except Http404:
        return None
    if not hasattr(getattr(match.func, "cls", None), "short_way"):
        return None
    site = _site(environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"], *map(environ.get, _says_scheme()))
    return None if site is None else (site, match)


def _says_scheme() -> list[str]:
    """The header by which a proxy in front says whether it was asked by HTTPS, if there is one."""
    return [settings.SECURE_PROXY_SSL_HEADER[0]] if settings.SECURE_PROXY_SSL_HEADER else []


@lru_cache(maxsize=1000)  # of what strangers write, so not many
def _site(host: str, scheme: str, proxy_says: str | None = None) -> Site | None:
    """None where Django would answer otherwise: a host that is not ours, or HTTP where it is to be HTTPS."""
    said = {name: proxy_says for name in _says_scheme() if proxy_says is not None}
    request = WSGIRequest(
        {"REQUEST_METHOD": "GET", "PATH_INFO": PREFIX, "HTTP_HOST": host, "wsgi.url_scheme": scheme, "wsgi.input": BytesIO(), **said}
    )
    security = SecurityMiddleware(lambda _: HttpResponse())
    try:
        if not host or security.process_request(request) is not None:
            return None
        at = origin(request)
    except DisallowedHost:
        return None
    response = security.process_response(request, HttpResponse())
    del response["Content-Type"]
    return Site(at, [*response.items()])
