"""Writing events with the change they tell of, and handing them over after the commit.

``emit`` inserts an outbox row in the caller's transaction. Once that commits, the row is dispatched at once by the process that wrote it;
if that process dies first, ``sweep`` (run by beat) finds the row. A dispatch holds the row's lock, so no two processes run it together, and
a handler that writes to PostgreSQL commits together with the row's disappearance.

Where a transaction for each event would cost too much, ``record`` writes the row and leaves the rest to the caller: after the commit ``tell``
what is prompt, then ``settle`` many rows together. What is not settled is the sweeper's, as after a crash.
"""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from core.events.models import OutboxEvent
from core.events.registry import Event, event_name, event_types, handlers, prompt_handlers
from core.models import uuid7

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 10
BACKOFF_SECONDS = 2  # doubled each time: the tenth attempt comes about half an hour after the first


def emit(event: Event) -> None:
    """Write ``event`` with the current transaction and dispatch it after the commit. Events nobody listens to leave no row."""
    if not connection.in_atomic_block:
        raise RuntimeError("emit() belongs inside the transaction of the change it tells of")
    name = event_name(type(event))
    if not (pending := list(handlers.get(name, ()))):
        return
    row = OutboxEvent(name=name, payload=msgspec.to_builtins(event, str_keys=True), pending=pending)
    row.save(force_insert=True)
    transaction.on_commit(lambda: dispatch(row.pk))


def dispatch(pk: UUID) -> bool:
    """Run what is pending of one row. True when nothing is owed any more (also when another process has the row or had it)."""
    with transaction.atomic():
        row = OutboxEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, failed_at=None).first()
        if row is None:
            return True
        event = msgspec.convert(row.payload, event_types[row.name])
        still_pending = []
        for handler_name in row.pending:
            handler = handlers.get(row.name, {}).get(handler_name)
            if handler is None:  # the handler left the code since the row was written
                continue
            try:
                with transaction.atomic():
                    handler(event)
            except Exception:
                log.exception("event_handler_failed", event_name=row.name, event_id=str(row.pk), handler=handler_name)
                still_pending.append(handler_name)
                row.last_error = traceback.format_exc(limit=8)
        if not still_pending:
            row.delete()
            return True
        row.pending = still_pending
        row.attempts += 1
        row.next_attempt_at = timezone.now() + timedelta(seconds=BACKOFF_SECONDS**row.attempts)
        if row.attempts >= MAX_ATTEMPTS:
            row.failed_at = timezone.now()
        row.save(update_fields=["pending", "attempts", "next_attempt_at", "failed_at", "last_error"])
        return False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row that its writer is going to settle."""

    pk: UUID
    event: Event
    handlers: tuple[str, ...]


INSERT = """
INSERT INTO core_events_outboxevent (id, created_at, name, payload, pending, attempts, next_attempt_at, last_error)
VALUES (%s, now(), %s, %s, %s, 0, now() + %s * interval '1 second', '')
"""
SETTLE_GRACE_SECONDS = 2


def record(event: Event) -> list[Recorded]:
    """Write ``event`` with the current transaction. Returns what to ``tell`` and ``settle`` after the commit: nothing where nobody listens.

    The sweeper leaves the row alone for SETTLE_GRACE_SECONDS, so that it does not run what is about to be settled.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the transaction of the change it tells of")
    name = event_name(type(event))
    if not (pending := tuple(handlers.get(name, ()))):
        return []
    pk = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [pk, name, msgspec.json.encode(event).decode(), list(pending), SETTLE_GRACE_SECONDS])
    return [Recorded(pk, event, pending)]


def tell(recorded: Iterable[Recorded]) -> None:
    """Run the prompt handlers."""
    for row in recorded:
        for name in row.handlers:
            if name in prompt_handlers:
                _run(row, name)


def settle(recorded: Sequence[Recorded]) -> None:
    """Run the handlers that are not prompt, each in a transaction of its own, and delete the rows that are done; the others are the sweeper's."""
    done = []
    for row in recorded:
        outcomes = [_run(row, name) for name in row.handlers if name not in prompt_handlers]
        if all(outcomes):
            done.append(row.pk)
    if done:
        # Losing this to a crash only means that the sweeper runs idempotent handlers again: not worth waiting for the disk.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("DELETE FROM core_events_outboxevent WHERE id = ANY(%s)", [done])


def hand_over(recorded: Sequence[Recorded]) -> None:
    """Tell and settle at once."""
    tell(recorded)
    settle(recorded)


def _run(row: Recorded, name: str) -> bool:
    handler = handlers.get(event_name(type(row.event)), {}).get(name)
    if handler is None:
        return True
    try:
        handler(row.event)
    except Exception:
        log.exception("event_handler_failed", event_name=event_name(type(row.event)), event_id=str(row.pk), handler=name)
        return False
    return True


def sweep(limit: int = 500) -> int:
    """Dispatch rows that a crash or a failing handler left behind. Returns how many were tried."""
    due = (
        OutboxEvent.objects.filter(failed_at=None, next_attempt_at__lte=timezone.now() - timedelta(seconds=1))
        .order_by("next_attempt_at")
        .values_list("pk", flat=True)[:limit]
    )
    tried = 0
    for pk in list(due):
        dispatch(pk)
        tried += 1
    return tried
