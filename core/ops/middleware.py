"""The outermost layer: probes are answered before anything else, and every answer carries the id that its log lines have."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject

from core.api.addresses import address_in
from core.ops.health import answer_probe
from core.ops.measures import count_request
from core.request_ids import accepted_request_id

log = structlog.get_logger(__name__)


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
def request_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Keep a harmless X-Request-ID, replace any other, give it back, write the one log line of this request and count it."""
    if iscoroutinefunction(get_response):

        async def identify_async(request: HttpRequest) -> HttpResponse:
            request_id, started = begin(request.META), time.perf_counter()
            awaited: Awaitable[HttpResponse] = get_response(request)
            return finish(request, await awaited, request_id, started)

        return identify_async

    def identify(request: HttpRequest) -> HttpResponse:
        request_id, started = begin(request.META), time.perf_counter()
        return finish(request, get_response(request), request_id, started)

    return identify


def begin(meta: dict[str, Any]) -> str:
    """The id of a request, which every line about it has from now on."""
    request_id = meta["HTTP_X_REQUEST_ID"] = accepted_request_id(meta.get("HTTP_X_REQUEST_ID"))
    structlog.contextvars.bind_contextvars(request_id=request_id, address=address_in(meta))
    return request_id


def finish(request: HttpRequest, response: HttpResponse, request_id: str, started: float) -> HttpResponse:
    response["X-Request-ID"] = request_id
    note(
        method=request.method or "",
        path=request.get_full_path(),
        view=getattr(request.resolver_match, "view_name", None) or "",
        status=response.status_code,
        started=started,
        user_id=known_person(request),
    )
    return response


def note(*, method: str, path: str, view: str, status: int, started: float, user_id: str | None) -> None:
    """Count a request that has been answered and write its line. ``view`` is the name of the address; ``started`` is of time.perf_counter."""
    took = time.perf_counter() - started
    count_request(method, view, status, took)
    write = log.info if status < 400 else log.warning if status < 500 else log.error
    write("request", method=method, path=path, status=status, ms=round(took * 1000, 1), user_id=user_id)
    structlog.contextvars.clear_contextvars()


def known_person(request: HttpRequest) -> str | None:
    """Who asked, where answering has found that out; a log line is not worth a query."""
    user = getattr(request, "_cached_user", None) or vars(request).get("user")
    return None if user is None or isinstance(user, SimpleLazyObject) or user.pk is None else str(user.pk)
