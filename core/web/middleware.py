"""Middleware of the pages: the reader's time zone, who may keep them, what they take, and refusals of the services as pages people understand."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.errors import UNREADABLE, DomainError, Invalid
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


class Readable:
    """What no text can hold, such as NUL, gets no further than here: PostgreSQL would refuse it, and files have no such names. As for REST."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]) -> HttpResponse | None:
        """Forms have been read by now, for their token."""
        sent = [text for form in (request.GET, request.POST) for name, values in form.lists() for text in (name, *values)]
        if any(isinstance(text, str) and UNREADABLE.search(text) for text in (*args, *kwargs.values(), *sent)):
            return refusal(request, Invalid("There are characters in it that no text has.", code="invalid_characters"))
        return None


class Private:
    """What a page shows to whoever has a session is kept by nobody: no cache in between, and no browser that somebody else will sit at. Answers
    that say themselves how long they may be kept stay as they are. The cookie is looked at, not the person, which costs no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        cookie = settings.SESSION_COOKIE_NAME
        if (cookie in request.COOKIES or cookie in response.cookies) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


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
