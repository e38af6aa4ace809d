"""Mail servers that say no."""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class NoSuchMailbox(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"5.1.1 no such mailbox") for message in email_messages})


class Busy(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        answer = b"4.3.2 later: /reset/abcdefghijklmnopqrstuvwxyz0123456789/"
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (451, answer) for message in email_messages})
