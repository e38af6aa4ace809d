"""Sending to sockets, from wherever handlers run: a request of this process, a web worker, Celery.

Call these after the commit, from a slice's ``handlers.py``. They never raise and never wait long: a push that is lost is found again in
PostgreSQL by the heartbeat, a gap in sequence numbers or a ``resume``. In a process that serves sockets the hub takes the operation; in any
other it is published to those that do.
"""

import threading
import time
from collections.abc import Iterable
from uuid import UUID

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.realtime import metrics
from core.realtime.bus import AskAgain, Batch, Deliver, Disconnect, Join, Leave, Missed, Operation, channel_of, encode, group_of
from core.realtime.frames import Outbound, frame
from core.realtime.hub import running_hub

log = structlog.get_logger(__name__)
GIVE_UP_SECONDS = 1.0
ASKED_AT_ONCE = 500  # rooms in one operation


def push(rooms: str | Iterable[str], message: Outbound, exclude: str | None = None) -> None:
    """Send ``message`` to every socket in any of ``rooms``, once each, but not to the connection or the person with the id ``exclude``."""
    names = [rooms] if isinstance(rooms, str) else list(rooms)
    if names:
        _submit(Deliver(names, frame(message), exclude))


def push_in_order(room: str, message: Outbound, position: int) -> None:
    """Send ``message`` as number ``position`` of what happens in ``room``.

    A socket gets each number once and in order. Where one is missing, nothing later is sent until the ``on_gap`` hook of the room has filled in.
    """
    _submit(Deliver([room], frame(message), None, position))


def join(user_id: UUID | str, room: str, position: int | None = None) -> None:
    """Put every open socket of a person into ``room``. In a room of ``push_in_order``, what it gets comes after number ``position``."""
    _submit(Join(str(user_id), room, position))


def leave(user_id: UUID | str, room: str) -> None:
    """Take every open socket of a person out of ``room``."""
    _submit(Leave(str(user_id), room))


def ask_again(rooms: str | Iterable[str]) -> None:
    """Have every socket in any of ``rooms`` asked again whether it may be there; ``user:<id>`` asks a person's sockets about all they joined."""
    names = [rooms] if isinstance(rooms, str) else list(rooms)
    for start in range(0, len(names), ASKED_AT_ONCE):
        _submit(AskAgain(names[start : start + ASKED_AT_ONCE]))


def disconnect(room: str, code: int, reason: str = "", *, message: Outbound | None = None) -> None:
    """Close every socket in ``room`` with ``code`` (see ``CloseCode``), after a last ``message``."""
    _submit(Disconnect(room, int(code), reason, frame(message) if message else None))


def _submit(operation: Operation) -> None:
    if hub := running_hub():
        hub.submit(operation)
    else:
        _publisher.publish(operation)


class _Publisher:
    """The way out of processes without sockets: one pooled client, made on first use, that stops trying for a moment after a failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: redis.Redis | None = None
        self._closed_until = 0.0
        self._lost = False
        self._confessing: threading.Timer | None = None

    def publish(self, operation: Operation) -> None:
        if time.monotonic() < self._closed_until:
            metrics.push_failures.inc()
            self._note_loss()
            return
        operations = [Missed(), operation] if self._lost else [operation]
        try:
            self._connected().publish(channel_of(group_of(operation)), encode(Batch("", operations)))
            self._lost = False
        except (RedisError, OSError) as error:
            metrics.push_failures.inc()
            log.warning("push_failed", error=type(error).__name__)
            self._closed_until = time.monotonic() + GIVE_UP_SECONDS
            self._note_loss()

    def _note_loss(self) -> None:
        """What was lost is found again once the processes with sockets hear of it, which shall not wait until this one has something else to say."""
        with self._lock:
            self._lost = True
            if self._confessing is None:
                self._confessing = threading.Timer(GIVE_UP_SECONDS, self._confess)
                self._confessing.daemon = True
                self._confessing.start()

    def _confess(self) -> None:
        with self._lock:
            self._confessing = None
        if not self._lost:
            return
        try:
            self._connected().publish(channel_of(group_of(Missed())), encode(Batch("", [Missed()])))
            self._lost = False
        except (RedisError, OSError):
            self._note_loss()

    def _connected(self) -> redis.Redis:
        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(settings.REALTIME_REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=None)
            return self._client


_publisher = _Publisher()
