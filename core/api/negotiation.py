"""Which media type is answered: JSON always, and for errors ``application/problem+json`` to clients that name it."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.api.renderers import PROBLEM

USUAL = frozenset({"*/*", "application/json", "application/json, text/plain, */*"})  # nothing to weigh


class ApiNegotiation(DefaultContentNegotiation):
    """``Accept: application/problem+json`` alone still gets successes, as plain JSON."""

    def select_renderer(self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None) -> Any:
        if request.headers.get("accept", "*/*") in USUAL or wants_problem(request):
            first = next(iter(renderers))
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)

    def get_accept_list(self, request: Request) -> list[str]:
        return [part.strip() for part in request.headers.get("accept", "*/*").split(",")]


def wants_problem(request: Request) -> bool:
    return any(part.split(";")[0].strip().lower() == PROBLEM for part in request.headers.get("accept", "").split(","))
