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


class Express:
    """``application``, with the short ways in front of it."""

    def __init__(self, application: Wsgi) -> None:
        self.application = application
        self.security = SecurityMiddleware(lambda _: HttpResponse())
        self.says_scheme = [settings.SECURE_PROXY_SSL_HEADER[0]] if settings.SECURE_PROXY_SSL_HEADER else []  # headers of a proxy in front
        self.site = lru_cache(maxsize=1000)(self._site)  # of what strangers write, so not many

    def __call__(self, environ: Environ, start_response: Any) -> Any:
        if (way := self._way_of(environ)) is None:
            return self.application(environ, start_response)
        site, match = way
        started, request_id = time.perf_counter(), begin(environ)
        found = self._found(match.func.cls.short_way, environ, site.at, match.kwargs)
        if found is None:
            structlog.contextvars.clear_contextvars()
            return self.application(environ, start_response)
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        whole = f"{path}?{query}" if query else path
        note(method="GET", path=whole, view=match.view_name, status=found.status, started=started, user_id=str(found.person_id))
        start_response(STATUSES[found.status], [*found.headers.items(), *REST_HEADERS, *site.headers, ("X-Request-ID", request_id)])
        return [found.content]

    def _found(self, way: ShortWay, environ: Environ, at: str, path: dict[str, Any]) -> Answer | None:
        """The answer; None where the way did not lead to one. A connection that broke is gone by then, so Django asks by a new one."""
        try:
            return way(environ, at, **path)
        except (LongWayError, DomainError, DatabaseError):
            return None
        except Exception:
            log.exception("short_way_failed")
            return None
        finally:
            connection.close_if_unusable_or_obsolete()

    def _way_of(self, environ: Environ) -> tuple[Site, Any] | None:
        """Where a request came to, and the endpoint there if it may have a short way; None where Django is to look at it."""
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
        site = self.site(environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"], *[environ.get(name) for name in self.says_scheme])
        return None if site is None else (site, match)

    def _site(self, host: str, scheme: str, *proxy_says: str | None) -> Site | None:
        """None where Django would answer otherwise: a host that is not ours, or HTTP where it is to be HTTPS."""
        said = {name: value for name, value in zip(self.says_scheme, proxy_says, strict=True) if value is not None}
        request = WSGIRequest(
            {"REQUEST_METHOD": "GET", "PATH_INFO": PREFIX, "HTTP_HOST": host, "wsgi.url_scheme": scheme, "wsgi.input": BytesIO(), **said}
        )
        try:
            if not host or self.security.process_request(request) is not None:
                return None
            at = origin(request)
        except DisallowedHost:
            return None
        response = self.security.process_response(request, HttpResponse())
        del response["Content-Type"]
        return Site(at, [*response.items()])
