"""The way into Celery's queue, for whoever must not wait for it.

A Redis that hangs (it takes connections and answers nothing) would hold up each request that has something for a worker. Here it holds up one: that
one waits PATIENCE_SECONDS once, and for REST_SECONDS after it nobody of this process tries. Nothing is lost by that: what is entrusted to a worker
stands in PostgreSQL, and a sweeper enqueues it again. Whoever brings a producer of their own, as beat does, goes past this.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery, Task, current_app
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import ProducerPool
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 1.0
REST_SECONDS = 5.0
FAST_SECONDS = 0.2  # what fails faster than that was a connection that broke while it lay idle, or a Redis that is gone: worth a second try
PRODUCERS = 10
UNANSWERED = (OperationalError, RedisError, LimitExceeded, OSError)


class QueueAway(Exception):
    """The queue does not answer, or did not a moment ago. What was to be enqueued was not, as far as we know."""


class QueuedTask(Task):
    """What all our tasks are."""

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """As Celery's, but raises QueueAway, and at once where others have just waited in vain."""
        enqueue = super().apply_async
        if self.app.conf.task_always_eager or options.get("producer") or options.get("connection"):
            return enqueue(*args, **options)
        return gate.through(lambda producer: enqueue(*args, **{**options, "producer": producer, "retry": False}))


class Gate:
    """Of one process: whether the queue answers, and the connections to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._away_until: float | None = None
        self._producers: tuple[int, Any] | None = None  # and the process they belong to

    def through(self, enqueue: Callable[[Any], Any]) -> Any:
        """Do ``enqueue`` with a producer. Raises QueueAway."""
        self._enter()
        started = time.monotonic()
        try:
            try:
                return self._answered(self._enqueue(enqueue))
            except UNANSWERED:
                if time.monotonic() - started > FAST_SECONDS:
                    raise
                return self._answered(self._enqueue(enqueue))
        except UNANSWERED as error:
            log.warning("queue_away", error=type(error).__name__)
            self._away_until = time.monotonic() + REST_SECONDS
            self.forget()
            raise QueueAway from error

    def forget(self) -> None:
        """Drop the connections: the next who enqueues makes new ones."""
        with self._lock:
            self._producers = None

    def _enter(self) -> None:
        with self._lock:
            if self._away_until is None:
                return
            now = time.monotonic()
            if now < self._away_until:
                raise QueueAway
            self._away_until = now + REST_SECONDS  # this one finds out for everybody

    def _answered(self, result: Any) -> Any:
        self._away_until = None
        return result

    def _enqueue(self, enqueue: Callable[[Any], Any]) -> Any:
        with self._pool().acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            return enqueue(producer)

    def _pool(self) -> Any:
        with self._lock:
            if self._producers is None or self._producers[0] != os.getpid():
                self._producers = (os.getpid(), _producers(current_app))
            return self._producers[1]


def _producers(app: Celery) -> Any:
    """Connections of our own: workers, who wait for tasks on theirs, are more patient."""
    hasty = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS, "max_retries": 0}
    connection = app.amqp.Connection(app.conf.broker_write_url, transport_options={**app.conf.broker_transport_options, **hasty})
    return ProducerPool(connection.Pool(limit=PRODUCERS), limit=PRODUCERS)


gate = Gate()
