"""What leaves the house after the commit, and who may try to send it when. ``core.mail`` and ``core.sms`` say what it is and how it goes.

A letter or text is a row of the caller's transaction. After the commit a worker *claims* it: one attempt more, and a lease until which nobody
else tries. Then it is sent, outside any transaction, and noted as sent. A worker that is killed in between leaves a lease that runs out, and
the sweeper hands the row to another. Killed before the other side took it, it goes once; killed in the instant after, it goes twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import structlog
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from core.models import BaseModel
from core.ops.redaction import clean_text

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 12
BACKOFF = timedelta(seconds=30)  # doubled each time, up to
MAX_BACKOFF = timedelta(hours=2)  # so that the last attempt comes half a day after the first
LEASE = timedelta(minutes=2)  # many times the timeout of whoever takes it


class Outgoing(BaseModel):
    """One thing for one recipient. ``FORGOTTEN`` are the fields that hold what it says, and what they are once it was sent."""

    FORGOTTEN: ClassVar[dict[str, Any]] = {}

    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Set when it was given up; an operator can send it again.")
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Outgoing)


def first_attempt_at() -> datetime:
    """When the sweeper looks at a row that was just written: the event comes first, the sweeper is for when it is lost on the way."""
    return timezone.now() + LEASE


def deliver(kind: type[Row], pk: UUID, attempt: int, send: Callable[[Row], object], is_final: Callable[[Exception], bool]) -> bool:
    """Try to ``send`` one row, unless it was sent, given up, or tried more than ``attempt`` times before. True when the other side took it.

    What goes wrong is noted and tried again later; what no repetition changes (``is_final``) is given up at once.
    """
    row = _claim(kind, pk, attempt)
    if row is None:
        return False
    try:
        send(row)
    except Exception as error:
        log.warning("not_sent", kind=kind._meta.label, id=str(pk), attempt=row.attempts, exc_info=True)
        _note_failure(row, error, is_final(error))
        return False
    kind._default_manager.filter(pk=pk).update(sent_at=timezone.now(), last_error="", failed_at=None, **kind.FORGOTTEN)
    return True


def due(kind: type[Row], limit: int = 200) -> list[tuple[UUID, int]]:
    """Rows whose next attempt is due, with the attempts made; the longest waiting first."""
    waiting = kind._default_manager.filter(sent_at=None, failed_at=None, next_attempt_at__lte=timezone.now())
    return list(waiting.order_by("next_attempt_at").values_list("pk", "attempts")[:limit])


def try_again(kind: type[Row], pks: list[UUID]) -> int:
    """Give rows that were given up a new set of attempts. Returns how many there were; what lost its words is left out."""
    given_up = kind._default_manager.filter(pk__in=pks).exclude(failed_at=None).exclude(text="")
    return given_up.update(failed_at=None, attempts=0, next_attempt_at=timezone.now())


@transaction.atomic
def _claim(kind: type[Row], pk: UUID, attempt: int) -> Row | None:
    """The row, for this process alone until its lease ends."""
    waiting = kind._default_manager.filter(pk=pk, sent_at=None, failed_at=None, attempts=attempt)
    if not waiting.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE):
        return None
    return kind._default_manager.get(pk=pk)


def _note_failure(row: Outgoing, error: Exception, is_final: bool) -> None:
    now = timezone.now()
    row.last_error = clean_text(f"{type(error).__name__}: {error}")[:2000]
    row.next_attempt_at = now + min(BACKOFF * 2 ** (row.attempts - 1), MAX_BACKOFF)
    if row.attempts >= MAX_ATTEMPTS or is_final:
        row.failed_at = now
        log.error("given_up", kind=row._meta.label, id=str(row.pk))
    row.save(update_fields=["last_error", "next_attempt_at", "failed_at"])
