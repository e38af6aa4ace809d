"""Writing events with the change they tell of, and handing them over after the commit.

``emit`` inserts an outbox row in the caller's transaction. Once that commits, the row is dispatched at once by the process that wrote it;
if that process dies first, ``sweep`` (run by beat) finds the row. A dispatch holds the row's lock, so no two processes run it together, and
a handler that writes to PostgreSQL commits together with the row's disappearance. Whatever goes wrong in a dispatch, the caller whose change
it tells of has succeeded and does not hear of it.

Where a transaction for each event would cost too much, ``record`` writes the row and leaves the rest to the caller: after the commit ``tell``
what is prompt, then ``settle`` many rows together. What is not settled is the sweeper's, as after a crash. Whoever writes a great deal at once
and is waited for, such as an import, writes inside ``left_to_sweeper``.

Events that are ``by_worker`` are dispatched by a worker, which is told through Celery's queue: their handlers cost the one who waits for the
answer nothing. The row is what is owed all the same, so where the queue is away, or forgets, the sweeper comes upon it.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from core.events.models import OutboxEvent
from core.events.queue import QueueAway
from core.events.registry import Event, event_name, event_types, handlers, prompt_handlers
from core.models import uuid7
from core.statements import Values, fetch, together

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 12
BACKOFF_SECONDS = 2  # doubled each time, up to
MAX_BACKOFF_SECONDS = 300  # so that the twelfth attempt comes about a quarter of an hour after the first
GRACE = timedelta(seconds=2)  # the sweeper leaves a row this long to the process that wrote it

INSERT = """
INSERT INTO core_events_outboxevent (id, created_at, name, payload, pending, attempts, next_attempt_at, last_error)
VALUES (%(id)s, now(), %(name)s, %(payload)s, %(pending)s, 0, now() + %(grace)s, '')
"""
DELETE = "DELETE FROM core_events_outboxevent WHERE id = ANY(%(ids)s)"


_left_to_sweeper: ContextVar[bool] = ContextVar("events_left_to_sweeper", default=False)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row that its writer is going to settle."""

    pk: UUID
    event: Event
    handlers: tuple[str, ...]


def emit(event: Event) -> None:
    """Write ``event`` with the current transaction and dispatch it after the commit. Events nobody listens to leave no row."""
    for row in record(event):
        if not _left_to_sweeper.get():
            transaction.on_commit(lambda row=row: leave_to_worker(row.pk) if event.by_worker else dispatch(row.pk), robust=True)  # type: ignore[misc]


def leave_to_worker(pk: UUID) -> None:
    """Have a worker dispatch one row. Whatever keeps the task from being enqueued leaves it to the sweeper."""
    from core.events import tasks  # they stand on this module

    try:
        tasks.enqueue(pk)
    except QueueAway:
        log.warning("event_left_to_sweeper", event_id=str(pk))


@contextmanager
def left_to_sweeper() -> Iterator[None]:
    """What is emitted inside is written, and dispatched by the next sweep instead of by this process."""
    token = _left_to_sweeper.set(True)
    try:
        yield
    finally:
        _left_to_sweeper.reset(token)


def record(event: Event, ask: Callable[[LiteralString, Values], object] = fetch) -> list[Recorded]:
    """Write ``event`` with the current transaction. Returns what to ``tell`` and ``settle`` after the commit: nothing where nobody listens.

    Args:
        ask: of ``core.statements.together``, where the row is to travel with what its writer writes.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs inside the transaction of the change it tells of")
    name = event_name(type(event))
    if not (pending := tuple(handlers.get(name, ()))):
        return []
    pk = uuid7()
    ask(INSERT, {"id": pk, "name": name, "payload": msgspec.json.encode(event).decode(), "pending": list(pending), "grace": GRACE})
    return [Recorded(pk, event, pending)]


def tell(recorded: Iterable[Recorded]) -> None:
    """Run the prompt handlers."""
    for row in recorded:
        for name in row.handlers:
            if name in prompt_handlers:
                _run(row.event, name)


def settle(recorded: Sequence[Recorded]) -> None:
    """Run the handlers that are not prompt, each in a transaction of its own, and delete the rows that are done; the others are the sweeper's.

    Rows of a kind that joins (``Event.joined``) are one event to their handlers.
    """
    done: list[UUID] = []
    for event, rows in _joined(recorded):
        outcomes = [_run(event, name) for name in rows[0].handlers if name not in prompt_handlers]
        if all(outcomes):
            done.extend(row.pk for row in rows)
    if done:
        # Losing this to a crash only means that the sweeper runs idempotent handlers again: not worth waiting for the disk.
        with transaction.atomic(), together() as ask:
            ask("SET LOCAL synchronous_commit = off", {})
            ask(DELETE, {"ids": done})


def hand_over(recorded: Sequence[Recorded]) -> None:
    """Tell and settle at once."""
    if not _left_to_sweeper.get():
        tell(recorded)
        settle(recorded)


def _joined(recorded: Sequence[Recorded]) -> Iterator[tuple[Event, list[Recorded]]]:
    """The events of these rows, those that join as one."""
    kinds: dict[tuple[type[Event], tuple[str, ...]], list[Recorded]] = {}
    for row in recorded:
        kinds.setdefault((type(row.event), row.handlers), []).append(row)
    for (kind, _), rows in kinds.items():
        if len(rows) > 1 and (event := kind.joined([row.event for row in rows])) is not None:
            yield event, rows
        else:
            yield from ((row.event, [row]) for row in rows)


def _run(event: Event, name: str) -> bool:
    handler = handlers.get(event_name(type(event)), {}).get(name)
    if handler is None:
        return True
    try:
        handler(event)
    except Exception as error:
        _report(error, event_name=event_name(type(event)), handler=name)
        return False
    return True


def dispatch(pk: UUID) -> bool:
    """Run what is pending of one row. True when nothing is owed any more (also when another process has the row or had it)."""
    with transaction.atomic():
        row = OutboxEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, failed_at=None).first()
        if row is None:
            return True
        row.pending = _run_pending(row)
        if not row.pending:
            row.delete()
            return True
        row.attempts += 1
        row.next_attempt_at = timezone.now() + timedelta(seconds=min(BACKOFF_SECONDS**row.attempts, MAX_BACKOFF_SECONDS))
        if row.attempts >= MAX_ATTEMPTS:
            row.failed_at = timezone.now()
            log.error("event_given_up", event_name=row.name, event_id=str(row.pk), handlers=row.pending)
        row.save(update_fields=["pending", "attempts", "next_attempt_at", "failed_at", "last_error"])
        return False


def _run_pending(row: OutboxEvent) -> list[str]:
    """Run each pending handler in a savepoint. Returns those that have to run again; notes the last failure in ``row.last_error``."""
    try:
        event = msgspec.convert(row.payload, event_types[row.name])
    except (KeyError, msgspec.ValidationError):  # written by other code than this; an operator sees it once the attempts are used up
        row.last_error = traceback.format_exc(limit=2)
        return row.pending
    failed = []
    for name in row.pending:
        handler = handlers.get(row.name, {}).get(name)
        if handler is None:  # the handler left the code since the row was written
            continue
        try:
            with transaction.atomic():
                handler(event)
        except Exception as error:
            _report(error, event_name=row.name, event_id=str(row.pk), handler=name)
            failed.append(name)
            row.last_error = traceback.format_exc(limit=8)
    return failed


def _report(error: Exception, **what: str) -> None:
    """A queue that is away says so itself, once, and not by a traceback for every event."""
    if isinstance(error, QueueAway):
        log.warning("event_handler_found_no_queue", **what)
    else:
        log.exception("event_handler_failed", **what)


def sweep(limit: int = 500) -> int:
    """Dispatch rows that a crash or a failing handler left behind, oldest debt first. Returns how many were tried; any number may sweep at once."""
    due = OutboxEvent.objects.filter(failed_at=None, next_attempt_at__lte=timezone.now()).order_by("next_attempt_at").values_list("pk", flat=True)
    tried = 0
    for pk in list(due[:limit]):
        dispatch(pk)
        tried += 1
    return tried


def retry(pks: Sequence[UUID]) -> int:
    """Give dead events a new set of attempts; the sweeper takes them next. Returns how many there were."""
    return OutboxEvent.objects.filter(pk__in=pks).update(failed_at=None, attempts=0, next_attempt_at=timezone.now())
