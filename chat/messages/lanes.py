"""Group commit: what came in while the last transaction ran goes into the next one.

A few threads, the lanes, each run the ordinary ``send_messages`` on batches of what is queued; a conversation always takes the same lane. Nothing
waits for a timer: alone, a message is a batch of one, and the busier it gets the more of them share a commit. Results go back, and messages out
to the sockets, after the commit; a further thread settles what is left of the events. Receipts are gathered for a moment first, for only the
last of them counts.

Lanes are for the processes that serve sockets and start with the first message. Elsewhere ``send`` does the same without them.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
from django.db import connection, transaction

from chat.messages import services
from chat.messages.drafts import Draft, Sent
from chat.messages.services import Reached
from core.errors import DomainError, NotFound, Unavailable
from core.events import outbox

log = structlog.get_logger(__name__)
LANES = 1  # a second thread waits more for the interpreter than for PostgreSQL: at 400 a second it doubled the slowest answers
BATCH = 200
IDLE_SECONDS = 5.0  # after which a thread gives its database connection back
RECEIPT_SECONDS = 0.1
SETTLE_SECONDS = 0.25  # what comes after sending may wait: a few tasks a second tell the inbox of any number of messages
SETTLE_LIMIT = 5_000
WAIT_SECONDS = 20.0

Item = TypeVar("Item")


class Lane(Generic[Item]):
    """A thread that works off a queue, everything queued at once. With a ``limit``, what comes while so much is queued is left out."""

    def __init__(self, name: str, work: Callable[[list[Item]], None], *, gather_seconds: float = 0.0, limit: int | None = None) -> None:
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._name = name
        self._work = work
        self._gather_seconds = gather_seconds
        self._limit = limit
        self._is_full = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def put(self, item: Item) -> None:
        was_full, self._is_full = self._is_full, self._limit is not None and self._queue.qsize() >= self._limit
        if not self._is_full:
            self._queue.put(item)
        elif not was_full:
            log.warning("lane_full", lane=self._name, limit=self._limit)

    def _run(self) -> None:
        while True:
            batch = self._take()
            try:
                self._work(batch)
            except Exception:
                log.exception("lane_failed", items=len(batch))
                connection.close()

    def _take(self) -> list[Item]:
        try:
            batch = [self._queue.get(timeout=IDLE_SECONDS)]
        except Empty:
            connection.close()
            batch = [self._queue.get()]
        if self._gather_seconds:
            time.sleep(self._gather_seconds)
        while len(batch) < BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch


Answer = TypeVar("Answer")
# Where an answer goes: to a thread that waits, or to a coroutine of an event loop.
Reply = Future[Answer] | asyncio.Future[Answer]
Send = tuple[Draft, Reply[Sent]]
Receipt = tuple[Reached, Reply[None]]


class Lanes:
    """The threads of this process."""

    def __init__(self) -> None:
        self._sends = [Lane[Send](f"send-{number}", self._send) for number in range(LANES)]
        self._receipts = Lane[Receipt]("receipts", self._move, gather_seconds=RECEIPT_SECONDS)
        # Past the limit rows are the sweeper's: they wait in PostgreSQL, not here.
        self._settling = Lane[outbox.Recorded]("settle", outbox.settle, gather_seconds=SETTLE_SECONDS, limit=SETTLE_LIMIT)

    def send(self, draft: Draft, reply: Reply[Sent]) -> None:
        self._sends[hash(draft.conversation_id) % LANES].put((draft, reply))

    def move(self, reached: Reached, reply: Reply[None]) -> None:
        self._receipts.put((reached, reply))

    def _send(self, batch: Sequence[Send]) -> None:
        try:
            outcome = services.send_messages(drafts=[draft for draft, _ in batch])
        except Exception:
            _answer([(reply, Unavailable()) for _, reply in batch])
            raise
        outbox.tell(outcome.recorded)
        _answer([(reply, result) for (_, reply), result in zip(batch, outcome.results, strict=True)])
        self._settle(outcome.recorded)

    def _move(self, batch: Sequence[Receipt]) -> None:
        try:
            moved = services.move_receipts(reached=[reached for reached, _ in batch])
        except Exception:
            _answer([(reply, Unavailable()) for _, reply in batch])
            raise
        _answer([(reply, NotFound() if (r.person_id, r.conversation_id) in moved.refused else None) for r, reply in batch])
        outbox.tell(moved.recorded)
        self._settle(moved.recorded)

    def _settle(self, recorded: Sequence[outbox.Recorded]) -> None:
        """On a thread of its own: whoever enqueues tasks may wait long for a broker that hangs, and nobody who sends or reads shall."""
        for row in recorded:
            self._settling.put(row)


def _answer(outcomes: "Sequence[tuple[Reply[Any], Any]]") -> None:
    """Give each its own; an event loop is woken once for all that wait on it."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Reply[Any], Any]]] = {}
    for reply, outcome in outcomes:
        if isinstance(reply, asyncio.Future):
            loops.setdefault(reply.get_loop(), []).append((reply, outcome))
        else:
            _resolve([(reply, outcome)])
    for loop, waiting in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_resolve, waiting)


def _resolve(outcomes: "Sequence[tuple[Reply[Any], Any]]") -> None:
    for reply, outcome in outcomes:
        if reply.done():  # whoever waited has given up
            continue
        if isinstance(outcome, DomainError):
            reply.set_exception(outcome)
        else:
            reply.set_result(outcome)


_lanes: Lanes | None = None
_starting = threading.Lock()


def lanes() -> Lanes:
    """The lanes of this process, started if need be."""
    global _lanes
    if _lanes is None:
        with _starting:
            _lanes = _lanes or Lanes()
    return _lanes


async def send_soon(draft: Draft) -> Sent:
    """Send ``draft`` with whatever else is under way. Raises what ``send_messages`` refuses it with, and Unavailable after WAIT_SECONDS: then it may
    still be sent, and sending it again is right."""
    reply: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
    lanes().send(draft, reply)
    return await _in_time(reply)


async def move_soon(reached: Reached) -> None:
    """Raise a person's watermarks with whatever else is under way. Raises NotFound, Unavailable."""
    reply: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lanes().move(reached, reply)
    await _in_time(reply)


def send(draft: Draft) -> Sent:
    """Send from a thread that may wait: along the lanes where this process has them, else in a transaction of its own, or the caller's.

    Raises as ``send_soon`` does.
    """
    if _lanes is not None:
        reply: Future[Sent] = Future()
        _lanes.send(draft, reply)
        try:
            return reply.result(WAIT_SECONDS)
        except TimeoutError:
            raise Unavailable from None
    batch = services.send_messages(drafts=[draft])
    transaction.on_commit(lambda: outbox.hand_over(batch.recorded), robust=True)
    if isinstance(result := batch.results[0], DomainError):
        raise result
    return result


async def _in_time(reply: "asyncio.Future[Answer]") -> Answer:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await reply
    except TimeoutError:
        raise Unavailable from None
