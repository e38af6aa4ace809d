"""Writing mail down, and delivering it.

A mail is a row of the caller's transaction. After the commit a worker *claims* it: one attempt more, and a lease until which nobody else
tries. Then it is sent, outside any transaction, and noted as sent. A worker that is killed in between leaves a lease that runs out, and the
sweeper hands the mail to another. Killed before the mail server took it, the mail goes once; killed in the instant after, it goes twice,
under the same ``Message-ID``, by which mailboxes know it for the same.
"""

import smtplib
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.events.outbox import emit
from core.mail.events import MailWritten
from core.mail.models import OutgoingMail
from core.ops.redaction import clean_text

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 12
BACKOFF = timedelta(seconds=30)  # doubled each time, up to
MAX_BACKOFF = timedelta(hours=2)  # so that the last attempt comes half a day after the first
LEASE = timedelta(minutes=2)  # many times the timeout of a mail server
KEPT = timedelta(days=7)  # that a mail was sent, not what it said
KEPT_UNSENT = timedelta(days=3)  # as long as its links would work


@transaction.atomic
def send_later(message: EmailMessage) -> list[OutgoingMail]:
    """Write ``message`` down with the caller's transaction, once for each of its recipients.

    Raises: ValueError where it carries more than text and HTML.
    Events: MailWritten for each.
    """
    html = ""
    if isinstance(message, EmailMultiAlternatives) and message.alternatives:
        (content, kind), *more = message.alternatives
        if kind != "text/html" or more:
            raise ValueError("a mail has one alternative, in HTML")
        html = str(content)
    if message.attachments:
        raise ValueError("a mail has no attachments: link to a page")
    headers = {**message.extra_headers, **({"Reply-To": ", ".join(message.reply_to)} if message.reply_to else {})}
    written = [
        OutgoingMail.objects.create(
            recipient=recipient,
            subject=" ".join(str(message.subject).split())[:300],
            text=str(message.body),
            html=html,
            sender=message.from_email,
            headers={name: str(value) for name, value in headers.items()},
            next_attempt_at=timezone.now() + LEASE,  # the event comes first; the sweeper is for when it is lost on the way
        )
        for recipient in message.recipients()
    ]
    for mail in written:
        emit(MailWritten(mail_id=mail.pk))
    return written


def deliver(mail_id: UUID, *, attempt: int = 0) -> bool:
    """Try to send one mail, unless it was sent, given up, or tried more than ``attempt`` times before. True when the mail server took it.

    What goes wrong is noted and tried again later; a refusal that no repetition changes is given up at once.
    """
    mail = _claim(mail_id, attempt)
    if mail is None:
        return False
    try:
        get_connection(settings.MAIL_TRANSPORT).send_messages([_message(mail)])
    except Exception as error:
        log.warning("mail_not_sent", mail_id=str(mail.pk), attempt=mail.attempts, exc_info=True)
        _note_failure(mail, error)
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), text="", html="", headers={}, last_error="", failed_at=None)
    return True


def due(limit: int = 200) -> list[tuple[UUID, int]]:
    """Mail whose next attempt is due, with the attempts made; the longest waiting first."""
    waiting = OutgoingMail.objects.filter(sent_at=None, failed_at=None, next_attempt_at__lte=timezone.now())
    return list(waiting.order_by("next_attempt_at").values_list("pk", "attempts")[:limit])


def try_again(mail_ids: list[UUID]) -> int:
    """Give mail that was given up a new set of attempts. Returns how many there were; what lost its words is left out."""
    given_up = OutgoingMail.objects.filter(pk__in=mail_ids).exclude(failed_at=None).exclude(text="")
    return given_up.update(failed_at=None, attempts=0, next_attempt_at=timezone.now())


def forget() -> int:
    """Delete what was sent longer than ``KEPT`` ago, and what could not be sent once its links are void. Returns how many."""
    now = timezone.now()
    return OutgoingMail.objects.filter(Q(sent_at__lt=now - KEPT) | Q(sent_at=None, created_at__lt=now - KEPT_UNSENT)).delete()[0]


def forget_recipient(address: str) -> int:
    """Delete what was or is to be sent to an address whose person is gone. Returns how many."""
    return OutgoingMail.objects.filter(recipient__iexact=address).delete()[0]


@transaction.atomic
def _claim(mail_id: UUID, attempt: int) -> OutgoingMail | None:
    """The mail, for this process alone until its lease ends."""
    waiting = OutgoingMail.objects.filter(pk=mail_id, sent_at=None, failed_at=None, attempts=attempt)
    if not waiting.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE):
        return None
    return OutgoingMail.objects.get(pk=mail_id)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    domain = parseaddr(mail.sender)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{mail.pk}@{domain}>", "Date": format_datetime(mail.created_at), **mail.headers}
    message = EmailMultiAlternatives(mail.subject, mail.text, mail.sender, [mail.recipient], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _note_failure(mail: OutgoingMail, error: Exception) -> None:
    now = timezone.now()
    mail.last_error = clean_text(f"{type(error).__name__}: {error}")[:2000]
    mail.next_attempt_at = now + min(BACKOFF * 2 ** (mail.attempts - 1), MAX_BACKOFF)
    if mail.attempts >= MAX_ATTEMPTS or _is_final(error):
        mail.failed_at = now
        log.error("mail_given_up", mail_id=str(mail.pk))
    mail.save(update_fields=["last_error", "next_attempt_at", "failed_at"])


def _is_final(error: Exception) -> bool:
    """Whether the mail server said that it will never take this mail (5xx, RFC 5321 §4.2.1). A refused password is ours to mend, so it is not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500
