"""Is this process alive, and does what it stands on answer?

``/healthz`` says only that the process serves. ``/readyz`` asks the database, Redis, storage and the workers, each within a time limit. Only
without the database is an instance taken out of service (503): Hubbub goes on, degraded, without the others, and taking every instance out
because Redis is away would make a small trouble a great one. The answer names what is wrong, for monitors that want to know; it costs four
questions, so it is for those who may read ``/metrics``, and a balancer outside of METRICS_NETWORKS asks ``/healthz``.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from core.ops.watching import may_watch
from core.storage import store

log = structlog.get_logger(__name__)
HEARTBEAT_KEY = "ops:worker-heartbeat"
HEARTBEAT_SECONDS = 60  # a worker that was silent for this long is taken for gone; beat asks for a sign every tenth of that or so
PATIENCE_SECONDS = 2.0
executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")  # bounded: checks that hang cannot pile up threads


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to ask. ``ask`` raises when it is not well; ``required`` decides whether the instance can serve without it."""

    name: str
    ask: Callable[[], None]
    required: bool = False


def ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def ask_redis() -> None:
    cache.get(HEARTBEAT_KEY)


def ask_workers() -> None:
    beat_at = cache.get(HEARTBEAT_KEY)
    if beat_at is None or time.time() - beat_at > HEARTBEAT_SECONDS:
        raise RuntimeError("no worker has been heard of")


CHECKS = [
    Check("database", ask_database, required=True),
    Check("redis", ask_redis),
    Check("storage", store.check),
    Check("workers", ask_workers),
]


def note_heartbeat() -> None:
    """A worker is alive, and so is beat, which asked it."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=HEARTBEAT_SECONDS * 10)


def readiness() -> tuple[bool, dict[str, str]]:
    """Whether this instance can serve, and "ok" or "failing" for each thing asked."""
    asked: list[tuple[Check, Future[None]]] = [(check, executor.submit(check.ask)) for check in CHECKS]
    deadline = time.monotonic() + PATIENCE_SECONDS
    ready, found = True, {}
    for check, answer in asked:
        try:
            answer.result(timeout=max(0.0, deadline - time.monotonic()))
            found[check.name] = "ok"
        except Exception as error:  # whatever a check raises means that it is not well
            answer.cancel()
            log.warning("not_well", check=check.name, reason=type(error).__name__)
            found[check.name] = "failing"
            ready = ready and not check.required
    return ready, found


def answer_probe(request: HttpRequest) -> HttpResponse | None:
    """The answer to a probe, without the reasons: those are in the log. None where there is none for whoever asks."""
    if request.method not in {"GET", "HEAD"}:
        return None
    if request.path == "/healthz":
        return JsonResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})
    if not may_watch(request):
        return None
    ready, found = readiness()
    status = "down" if not ready else "ready" if set(found.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, "checks": found}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})
