"""A worker that claims a mail and is killed before the mail server has it. Run by test_delivery as a process of its own."""

import os
import signal
import sys
from uuid import UUID

import django
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class Kills(BaseEmailBackend):
    def send_messages(self, email_messages: object) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


if __name__ == "__main__":
    django.setup()
    from core.mail.services import deliver

    settings.MAIL_TRANSPORT = "core.mail.tests.killed_while_sending.Kills"
    deliver(UUID(sys.argv[1]))
