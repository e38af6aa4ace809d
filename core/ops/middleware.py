"""The outermost layer: probes are answered before anything else, and every answer carries the id that its log lines have."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from core.api.addresses import client_address
from core.ops.health import answer_probe
from core.request_ids import accepted_request_id


@sync_and_async_middleware
def probe_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer /healthz and /readyz here: a load balancer asks by address and over plain HTTP, which host checks and redirects would refuse."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            found = await sync_to_async(answer_probe)(request) if request.path in PROBES else None
            return found or await get_response(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        return (answer_probe(request) if request.path in PROBES else None) or get_response(request)

    return answer


PROBES = frozenset({"/healthz", "/readyz"})


@sync_and_async_middleware
def request_id_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Keep a harmless X-Request-ID, replace any other, and give it back."""
    if iscoroutinefunction(get_response):

        async def identify_async(request: HttpRequest) -> HttpResponse:
            request_id = begin(request)
            awaited: Awaitable[HttpResponse] = get_response(request)
            return finish(await awaited, request_id)

        return identify_async

    def identify(request: HttpRequest) -> HttpResponse:
        request_id = begin(request)
        return finish(get_response(request), request_id)

    return identify


def begin(request: HttpRequest) -> str:
    request_id = accepted_request_id(request.META.get("HTTP_X_REQUEST_ID"))
    request.META["HTTP_X_REQUEST_ID"] = request_id
    structlog.contextvars.bind_contextvars(request_id=request_id, address=client_address(request))
    return request_id


def finish(response: HttpResponse, request_id: str) -> HttpResponse:
    response["X-Request-ID"] = request_id
    structlog.contextvars.clear_contextvars()
    return response
