"""Error pages. Each says what happened and what one can do; none needs the database, and the 500 page not even a working template engine."""

import json
import re

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from core.errors import DomainError, NotFound, RateLimited

log = structlog.get_logger(__name__)

WORDS = {
    400: ("That request made no sense to us", "Something in it was missing or malformed. Go back and try again."),
    403: ("You may not do that", "Your account has no access to this. If you think it should, ask the people who run this site."),
    404: ("There is nothing here", "The page may have been removed, or the address mistyped. It may also be something you cannot see."),
    405: ("That is not how this page works", "Go back and use the buttons on the page."),
    409: ("Things have moved on", "What you saw is no longer how it is. Reload and try again."),
    413: ("That is too large", "Choose a smaller file and try again."),
    429: ("That was a lot at once", "Take a breath; in a moment you can go on."),
    500: ("Something broke on our side", "It has been noted. Trying again in a moment often helps."),
    503: ("We are not quite there", "Part of the site does not answer right now. Nothing was changed; try again in a moment."),
}
LAST_RESORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Something broke</title><h1>Something broke on our side</h1><p>Try again in a moment.</p>"
)
PLAIN_ID = re.compile(r"[A-Za-z0-9-]{1,64}\Z")


def error_page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The page for ``status``. ``message`` replaces its second sentence where there is something better to say."""
    title, lead = WORDS.get(status, WORDS[400 if status < 500 else 500])
    context = {"status": status, "title": title, "lead": message or lead, "theme": request.COOKIES.get("theme", "")}
    return HttpResponse(render_to_string("errors/error.html", context), status=status)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What a person sees when a service said no."""
    message = "" if isinstance(error, NotFound) else error.message
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=error.status)
        response["HX-Trigger"] = json.dumps({"toast": {"tone": "error", "text": error.message}})
        response["HX-Reswap"] = "none"
    else:
        response = error_page(request, error.status, message)
    if isinstance(error, RateLimited):
        response["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was not ours."""
    return error_page(request, 403, "This form has expired, or cookies are switched off. Go back, reload the page and send it again.")


def server_error(request: HttpRequest) -> HttpResponse:
    """An id to report and nothing else. Whatever is broken, this is not allowed to break as well."""
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    try:
        title, lead = WORDS[500]
        context = {"status": 500, "title": title, "lead": lead, "request_id": request_id if PLAIN_ID.match(request_id) else ""}
        return HttpResponse(render_to_string("errors/error.html", context), status=500)
    except Exception:
        log.exception("error_page_failed")
        return HttpResponse(LAST_RESORT, status=500)
