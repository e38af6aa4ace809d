"""What tests look into instead of a mailbox."""

from django.core import mail
from django.core.mail import EmailMessage

from core.mail import services
from core.mail.models import OutgoingMail


def delivered() -> list[EmailMessage]:
    """Everything sent so far, after workers had a turn: in tests that never commit, nothing but this gives them one."""
    for mail_id, attempts in OutgoingMail.objects.filter(sent_at=None, failed_at=None).order_by("id").values_list("pk", "attempts"):
        services.deliver(mail_id, attempt=attempts)
    return mail.outbox
