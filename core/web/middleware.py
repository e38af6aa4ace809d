"""Middleware of the pages: the reader's time zone, and refusals of the services as pages people understand."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.errors import DomainError
from core.web.errors import refusal

TIMEZONE_COOKIE = "timezone"  # written by static/js/app.js


class LocalTime:
    """Times on pages are the reader's: the browser says its zone in a cookie, and until it has, they are UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = None
        if name := request.COOKIES.get(TIMEZONE_COOKIE):
            try:
                zone = zoneinfo.ZoneInfo(name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # a cookie is whatever somebody sends
                zone = None
        with timezone.override(zone):
            return self.get_response(request)


class Refusals:
    """A ``DomainError`` that a page's view let through becomes the error page of its status (or a toast, for htmx)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError) and not request.path.startswith("/api/"):
            return refusal(request, exception)
        return None
