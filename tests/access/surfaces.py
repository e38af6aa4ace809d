"""Every way in, as the project itself declares it: a verb and a route for REST and for pages."""

import re
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

VERBS = ("get", "post", "put", "patch", "delete")
API = "api/v1/"
RESET = r"^reset/(?P<uidb36>[0-9A-Za-z_]+)-(?P<key>.+)/$"
NOT_OURS = ("admin/",)  # staff only, by one rule: tests/test_admin.py
PATTERNS = {RESET: "/reset/x-y/", r"^api/[\s\S]+\Z": "/api/x"}
CONVERTERS = {"uuid": "00000000-0000-7000-8000-000000000000", "str": "x", "slug": "x", "path": "x", "int": "1"}


def routes() -> Iterator[tuple[str, Any]]:
    """Every route and its view, those of ``include`` with what stands before them."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                if not route.startswith(NOT_OURS):
                    yield from walk(pattern.url_patterns, route)
            else:
                yield route, pattern.callback

    yield from walk(get_resolver().url_patterns, "")


def api_surfaces() -> list[str]:
    """ "GET posts/<uuid:post_id>" for every verb every endpoint answers."""
    return [
        f"{verb.upper()} {route.removeprefix(API)}"
        for route, view in routes()
        if route.startswith(API)
        for verb in VERBS
        if hasattr(view.view_class, verb)
    ]


def page_surfaces(*clients: Client) -> list[str]:
    """ "POST /posts/new/" for every verb every page answers: it says so itself to a verb nobody knows. Of ``clients`` one is signed in and one is
    not, for some pages are closed to the one or the other; those that are closed to both have their class asked.

    Django's forms take PUT for a POST with nothing in it: no surface of its own.
    """
    found = []
    for route, view in routes():
        if not route.startswith(API):
            answers = [client.generic("PROPFIND", dummy(route)) for client in clients]
            said = ",".join(answer.get("Allow", "") for answer in answers if answer.status_code == 405)
            if not said:
                said = ",".join(verb.upper() for verb in VERBS if hasattr(getattr(view, "view_class", None), verb))
            allowed = {verb.strip() for verb in said.split(",")} - {"", "HEAD", "OPTIONS"}
            found += [f"{verb} /{route}" for verb in sorted(allowed - ({"PUT"} if "POST" in allowed else set()) or {"GET"})]
    return found


def dummy(route: str) -> str:
    """A path the route takes."""
    if route in PATTERNS:
        return PATTERNS[route]
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: CONVERTERS[match[1] or "str"], route)
