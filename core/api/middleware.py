"""REST leaves the stack of middlewares here. What stands below in ``settings.MIDDLEWARE`` is for pages: languages, forms, scripts, messages, htmx."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import ResolverMatch, resolve

PREFIX = "/api/v1/"
AUTH_PREFIX = "/api/v1/auth/"
ID = re.compile(r"(?<=/)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=/|\Z)")
STAND_INS = tuple(str(UUID(int=number)) for number in range(1, 4))
LONGEST = 200  # characters of a path worth keeping
# An answer is no page: whoever gets a browser to show it as one gets nothing to run, to load or to frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in sorted(settings.PERMISSIONS_POLICY)),
}


def rest_by_token(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers reads that bring an access token, and spares them the middlewares that look for a cookie's session.

    They change nothing and their token says who they are; ``auth/`` is left out, where sessions themselves are dealt with. Stands below the log line.
    """
    security = SecurityMiddleware(get_response)

    def answer(request: HttpRequest) -> HttpResponse:
        if not is_read_by_token(request.META, request.path_info):
            return get_response(request)
        if refused := security.process_request(request):
            return refused
        request.get_host()  # refuses hosts that are not ours
        return security.process_response(request, answer_rest(request))

    return answer


def is_read_by_token(meta: Mapping[str, Any], path: str) -> bool:
    return (
        meta["REQUEST_METHOD"] in {"GET", "HEAD"}
        and meta.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
        and path.startswith(PREFIX)
        and not path.startswith(AUTH_PREFIX)
    )


def rest(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers whatever else lies under /api/v1/, and lets everything else on to the pages.

    An endpoint turns its own refusals into answers, brings no templates and checks CSRF where a cookie signs in, so nothing below is missed.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return answer_rest(request) if request.path_info.startswith(PREFIX) else get_response(request)

    return answer


def answer_rest(request: HttpRequest) -> HttpResponse:
    match = find(request.path_info)
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if render := getattr(response, "render", None):
        response = render()
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def find(path: str) -> ResolverMatch:
    """The endpoint at ``path``. Two addresses that differ in ids only are the same one: it is looked up once."""
    urlconf = settings.ROOT_URLCONF
    ids = ID.findall(path)
    if len(path) > LONGEST or len(ids) > len(STAND_INS):
        return resolve(path, urlconf)
    places = iter(STAND_INS)
    match = _found(ID.sub(lambda _: next(places), path), urlconf)
    if match is None:
        return resolve(path, urlconf)
    if not match.kwargs:
        return match
    real = dict(zip(STAND_INS, ids, strict=False))
    kwargs = {name: type(value)(real[str(value)]) if str(value) in real else value for name, value in match.kwargs.items()}
    return ResolverMatch(match.func, match.args, kwargs, match.url_name, [*match.app_names], [*match.namespaces], match.route, match.tried)


@lru_cache(maxsize=2048)
def _found(path: str, urlconf: str) -> ResolverMatch | None:
    """The match of ``path``; None where something else than a stand-in became an argument, because then there is no end of paths."""
    match = resolve(path, urlconf)
    return match if all(str(value) in STAND_INS for value in match.kwargs.values()) else None
