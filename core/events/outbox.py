"""Writing events with the change they tell of, and handing them over after the commit.

``emit`` inserts an outbox row in the caller's transaction. Once that commits, the row is dispatched at once by the process that wrote it;
if that process dies first, ``sweep`` (run by beat) finds the row. A dispatch holds the row's lock, so no two processes run it together, and
a handler that writes to PostgreSQL commits together with the row's disappearance.
"""

import traceback
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from core.events.models import OutboxEvent
from core.events.registry import Event, event_name, event_types, handlers

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
