"""The door by which all mail of Django, allauth and our own slices enters: ``EMAIL_BACKEND``."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from core.mail.services import send_later


class Outbox(BaseEmailBackend):
    """Writes mail down instead of sending it; ``settings.MAIL_TRANSPORT`` names the backend that sends it later."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(bool(send_later(message)) for message in email_messages)
