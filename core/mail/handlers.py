"""Hands mail to a worker as soon as it is committed."""

from core.events.registry import on
from core.mail import tasks
from core.mail.events import MailWritten


@on(MailWritten)
def deliver(event: MailWritten) -> None:
    tasks.deliver_mail.delay(str(event.mail_id))
