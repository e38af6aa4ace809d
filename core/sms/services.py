"""Writing text messages down, and delivering them as ``core.outgoing`` says, through whatever ``settings.SMS_TRANSPORT`` names."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from core import outgoing
from core.events.outbox import emit
from core.sms.events import TextWritten
from core.sms.models import OutgoingText
from core.sms.transports import Refused

KEPT = timedelta(days=7)  # that a text was written, not what it said


class TooLate(Exception):
    """What the text says is no longer true."""


def is_offered() -> bool:
    """Whether this Hubbub can send text messages at all. Without, nobody is asked for a number."""
    return bool(settings.SMS_TRANSPORT)


@transaction.atomic
def send_later(*, recipient: str, text: str, good_until: datetime | None = None) -> OutgoingText:
    """Write a text message down with the caller's transaction.

    Args:
        recipient: E.164.
        good_until: it is not sent after this.

    Events: TextWritten.
    """
    written = OutgoingText.objects.create(recipient=recipient, text=text, good_until=good_until, next_attempt_at=outgoing.first_attempt_at())
    emit(TextWritten(text_id=written.pk))
    return written


def deliver(text_id: UUID, *, attempt: int = 0) -> bool:
    """Try to send one text, unless it was sent, given up, or tried more than ``attempt`` times before. True when it was taken."""
    return outgoing.deliver(OutgoingText, text_id, attempt, _send, _is_final)


def due(limit: int = 200) -> list[tuple[UUID, int]]:
    """Texts whose next attempt is due, with the attempts made; the longest waiting first."""
    return outgoing.due(OutgoingText, limit)


def forget() -> int:
    """Delete what was written longer than ``KEPT`` ago. Returns how many."""
    return OutgoingText.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def forget_recipient(number: str) -> int:
    """Delete what was or is to be sent to a number whose person is gone. Returns how many."""
    return OutgoingText.objects.filter(recipient=number).delete()[0]


def _send(row: OutgoingText) -> None:
    if row.good_until is not None and row.good_until < timezone.now():
        raise TooLate
    import_string(settings.SMS_TRANSPORT)().send(recipient=row.recipient, text=row.text)


def _is_final(error: Exception) -> bool:
    return isinstance(error, TooLate) or (isinstance(error, Refused) and error.is_final)
