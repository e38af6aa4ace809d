"""REST leaves the stack of middlewares here. What stands below in ``settings.MIDDLEWARE`` is for pages: languages, forms, scripts, messages, htmx."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_urlconf, resolve

PREFIX = "/api/v1/"
# An answer is no page: whoever gets a browser to show it as one gets nothing to run, to load or to frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in sorted(settings.PERMISSIONS_POLICY)),
}


class RestMiddleware:
    """Answers what lies under /api/v1/ and lets everything else on to the pages.

    An endpoint turns its own refusals into answers, brings no templates and checks CSRF where a cookie signs in, so nothing below is missed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        match = find(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if render := getattr(response, "render", None):
            response = render()
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def find(path: str) -> ResolverMatch:
    """The endpoint at ``path``. Paths without ids are few and asked for often, so they are looked up once."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    return _fixed(path, urlconf) or resolve(path, urlconf)


@lru_cache(maxsize=512)
def _fixed(path: str, urlconf: str) -> ResolverMatch | None:
    match = resolve(path, urlconf) if len(path) < 100 else None
    return match if match is not None and not match.kwargs else None
