"""What Prometheus is told of requests."""

from functools import cache
from typing import Any

from prometheus_client import Counter, Histogram

requests = Counter("hubbub_requests_total", "Requests answered, by method, name of the address and status.", ["method", "view", "status"])
seconds = Histogram(
    "hubbub_request_seconds",
    "Time to answer a request, by name of the address.",
    ["view"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, view: str, status: int, took: float) -> None:
    """Count an answer that took ``took`` seconds. ``view`` is the name of the address, "" where there is none: never what a client made up."""
    counter, timer = _measures(method if method in METHODS else "other", view, status)
    counter.inc()
    timer.observe(took)


@cache  # as many as there are series
def _measures(method: str, view: str, status: int) -> tuple[Any, Any]:
    return requests.labels(method, view, str(status)), seconds.labels(view)
