"""Light, dark, or as the system wishes: a cookie read by the server, so that the first paint is right without any inline script."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE: Final = "theme"
THEMES: Final = ("light", "dark")


def chosen_theme(request: HttpRequest) -> str:
    """``light``, ``dark``, or "" when the system decides."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else ""


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember ``theme`` (anything else than light or dark forgets it) and go back to the page one came from."""
    referer = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponse(status=204) if request.headers.get("X-Requested-With") == "fetch" else redirect(referer if here else "/")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
