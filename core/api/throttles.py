"""Limits as DRF throttles, and the headers that tell clients where they stand (draft-ietf-httpapi-ratelimit-headers)."""

import math
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.api import limits

if TYPE_CHECKING:  # the views load their throttles
    from rest_framework.views import APIView


class ScopeThrottle(BaseThrottle):
    """Counts each request against the general scope, by account when signed in and else by address, and against the scope the endpoint names.

    The endpoint's own scope counts by both, so that neither many accounts nor many addresses get round it.
    """

    retry_after = 1.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        address = limits.address_identity(request)
        person = f"person:{request.user.pk}" if request.user.is_authenticated else None
        asked = [("api_signed_in", person)] if person else [("api_anonymous", address)]
        if (scope := getattr(view, "limits", {}).get(request.method)) is not None:
            asked += [(scope, identity) for identity in (person, address) if identity]
        along: tuple[str, ...] = getattr(view, "along", ())
        verdicts = [verdict for scope, identity in asked if (verdict := limits.consume(scope, identity, along=along)) is not None]
        request._request.limit_verdicts = verdicts  # type: ignore[attr-defined]
        refused = [verdict.reset_after for verdict in verdicts if not verdict.allowed]
        self.retry_after = max(refused, default=1.0)
        return not refused

    def wait(self) -> float:
        return max(1.0, self.retry_after)


def limit_headers(request: Request) -> dict[str, str]:
    """``RateLimit`` and ``RateLimit-Policy`` for the scopes this request was counted against; the tighter of two counts of one scope."""
    verdicts: dict[str, limits.Verdict] = {}
    for verdict in getattr(request._request, "limit_verdicts", []):
        if verdict.scope not in verdicts or verdict.remaining < verdicts[verdict.scope].remaining:
            verdicts[verdict.scope] = verdict
    if not verdicts:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{verdict.scope}";q={verdict.limit};w={verdict.window}' for verdict in verdicts.values()),
        "RateLimit": ", ".join(f'"{verdict.scope}";r={verdict.remaining};t={math.ceil(verdict.reset_after)}' for verdict in verdicts.values()),
    }
