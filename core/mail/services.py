"""Writing mail down, and delivering it as ``core.outgoing`` says. A mail that goes twice does so under one ``Message-ID``, by which mailboxes
know it for the same.
"""

import smtplib
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import outgoing
from core.events.outbox import emit
from core.mail.events import MailWritten
from core.mail.models import OutgoingMail

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
            next_attempt_at=outgoing.first_attempt_at(),
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
    return outgoing.deliver(OutgoingMail, mail_id, attempt, _send, _is_final)


def due(limit: int = 200) -> list[tuple[UUID, int]]:
    """Mail whose next attempt is due, with the attempts made; the longest waiting first."""
    return outgoing.due(OutgoingMail, limit)


def forget() -> int:
    """Delete what was sent longer than ``KEPT`` ago, and what could not be sent once its links are void. Returns how many."""
    now = timezone.now()
    return OutgoingMail.objects.filter(Q(sent_at__lt=now - KEPT) | Q(sent_at=None, created_at__lt=now - KEPT_UNSENT)).delete()[0]


def forget_recipient(address: str) -> int:
    """Delete what was or is to be sent to an address whose person is gone. Returns how many."""
    return OutgoingMail.objects.filter(recipient__iexact=address).delete()[0]


def _send(mail: OutgoingMail) -> None:
    get_connection(settings.MAIL_TRANSPORT).send_messages([_message(mail)])


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    domain = parseaddr(mail.sender)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{mail.pk}@{domain}>", "Date": format_datetime(mail.created_at), **mail.headers}
    message = EmailMultiAlternatives(mail.subject, mail.text, mail.sender, [mail.recipient], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _is_final(error: Exception) -> bool:
    """Whether the mail server said that it will never take this mail (5xx, RFC 5321 §4.2.1). A refused password is ours to mend, so it is not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500
