"""Limits as DRF throttles, and the headers that tell clients where they stand (draft-ietf-httpapi-ratelimit-headers)."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.api import limits

if TYPE_CHECKING:  # the views load their throttles
    from rest_framework.views import APIView


VERDICTS = "hubbub.limit_verdicts"  # where META keeps what a request was counted against, whoever counted it


def add_verdicts(request: HttpRequest, verdicts: Sequence[limits.Verdict]) -> None:
    """A request was counted against further scopes: its answer says so, too."""
    request.META[VERDICTS] = [*request.META.get(VERDICTS, []), *verdicts]


class ScopeThrottle(BaseThrottle):
    """Counts each request against the general scope, by account when signed in and else by address, and against the scope the endpoint names.

    The endpoint's own scope counts by both, so that neither many accounts nor many addresses get round it.
    """

    retry_after = 1.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        address = limits.address_identity(request)
        along: tuple[str, ...] = getattr(view, "along", ())
        if request.user.is_authenticated:
            identities = [_person(request.user.pk), address]
            verdicts = [*count_person(request._request, request.user.pk, along=along)]
        else:
            identities = [address]
            verdicts = [verdict for verdict in [limits.consume("api_anonymous", address, along=along)] if verdict is not None]
        if (scope := getattr(view, "limits", {}).get(request.method)) is not None:
            verdicts += [verdict for identity in identities if (verdict := limits.consume(scope, identity)) is not None]
        request.META[VERDICTS] = verdicts
        refused = [verdict.reset_after for verdict in verdicts if not verdict.allowed]
        self.retry_after = max(refused, default=1.0)
        return not refused

    def wait(self) -> float:
        return max(1.0, self.retry_after)


def count_person(request: HttpRequest, person_id: Any, *, along: Sequence[str] = ()) -> list[limits.Verdict]:
    """Count a request of somebody who signed in, once: a second call gives what the first one gave. Empty while Redis is away."""
    return count_person_ahead(request.META, person_id, along=along)()


def count_person_ahead(meta: dict[str, Any], person_id: Any, *, along: Sequence[str] = ()) -> Callable[[], list[limits.Verdict]]:
    """``count_person``, as ``limits.consume_ahead``. What is returned may be called as often as one likes."""
    if VERDICTS in meta:
        already: list[limits.Verdict] = meta[VERDICTS]
        return lambda: already
    asked = limits.consume_ahead("api_signed_in", _person(person_id), along=along)

    def counted() -> list[limits.Verdict]:
        verdicts: list[limits.Verdict] | None = meta.get(VERDICTS)
        if verdicts is None:
            verdict = asked()
            verdicts = meta[VERDICTS] = [verdict] if verdict is not None else []
        return verdicts

    return counted


def count_refused(request: Request) -> float | None:
    """Count a request that is about to be refused for who sends it, or who does not; the wait in seconds where there were too many.

    Refusals come before ``ScopeThrottle`` is asked. Uncounted, they would cost whoever sends forged tokens nothing.
    """
    if request.user.is_authenticated:
        verdicts = count_person(request._request, request.user.pk)
    else:
        verdicts = [verdict for verdict in [limits.consume("api_anonymous", limits.address_identity(request))] if verdict is not None]
        request.META[VERDICTS] = verdicts
    return max((max(1.0, verdict.reset_after) for verdict in verdicts if not verdict.allowed), default=None)


def _person(person_id: Any) -> str:
    return f"person:{person_id}"


def limit_headers(meta: Mapping[str, Any]) -> dict[str, str]:
    """``RateLimit`` and ``RateLimit-Policy`` for the scopes this request was counted against; the tighter of two counts of one scope."""
    verdicts: dict[str, limits.Verdict] = {}
    for verdict in meta.get(VERDICTS, []):
        if verdict.scope not in verdicts or verdict.remaining < verdicts[verdict.scope].remaining:
            verdicts[verdict.scope] = verdict
    if not verdicts:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{verdict.scope}";q={verdict.limit};w={verdict.window}' for verdict in verdicts.values()),
        "RateLimit": ", ".join(f'"{verdict.scope}";r={verdict.remaining};t={math.ceil(verdict.reset_after)}' for verdict in verdicts.values()),
    }
