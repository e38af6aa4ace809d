import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core import outgoing
from core.mail import services, tasks
from core.mail.models import OutgoingMail
from core.testing.threads import race

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "https://example.com/reset/abcdefghijklmnopqrstuvwxyz/"


def write() -> OutgoingMail:
    """A mail whose event was lost on the way to a worker."""
    message = EmailMultiAlternatives("Set a new password", f"Follow {SECRET}", to=["ana@example.com"], reply_to=["help@example.com"])
    message.attach_alternative(f"<a href='{SECRET}'>Follow</a>", "text/html")
    with transaction.atomic():
        (written,) = services.send_later(message)
        transaction.get_connection().run_on_commit.clear()
    return written


def make_due() -> None:
    OutgoingMail.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_mail_of_a_rolled_back_change_is_never_sent() -> None:
    with transaction.atomic():
        send_mail("Hello", "You", None, ["ana@example.com"])
        transaction.set_rollback(True)
    assert mail.outbox == []
    assert not OutgoingMail.objects.exists()


def test_mail_leaves_after_the_commit_and_its_words_are_forgotten() -> None:
    with transaction.atomic():
        send_mail("Hello", SECRET, "us@example.com", ["ana@example.com", "ben@example.com"], html_message=f"<b>{SECRET}</b>")
        assert mail.outbox == []
    assert sorted(message.to[0] for message in mail.outbox) == ["ana@example.com", "ben@example.com"]
    row = OutgoingMail.objects.get(recipient="ana@example.com")
    assert row.sent_at is not None
    assert (row.text, row.html, row.headers) == ("", "", {})


def test_what_was_written_arrives_as_it_was_written() -> None:
    written = write()
    assert services.deliver(written.pk)
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    assert message.subject == "Set a new password"
    assert SECRET in str(message.body)
    assert SECRET in str(message.alternatives[0][0])
    assert message.extra_headers["Reply-To"] == "help@example.com"
    assert message.extra_headers["Message-ID"].startswith(f"<{written.pk}@")


def test_subject_cannot_bring_headers() -> None:
    send_mail("Hello\nBcc: everybody@example.com", "You", None, ["ana@example.com"])
    assert mail.outbox[0].subject == "Hello Bcc: everybody@example.com"


def test_attachment_is_refused() -> None:
    message = EmailMessage("Hello", "You", to=["ana@example.com"])
    message.attach("a.txt", "text", "text/plain")
    with pytest.raises(ValueError, match="attachments"):
        message.send()
    assert not OutgoingMail.objects.exists()


def test_writer_hears_nothing_of_a_mail_server_that_is_away(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send_mail("Hello", "You", None, ["ana@example.com"])
    row = OutgoingMail.objects.get()
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)
    assert "refused" in row.last_error
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    assert tasks.sweep_mail() == 0
    make_due()
    assert tasks.sweep_mail() == 1
    assert [message.to for message in mail.outbox] == [["ana@example.com"]]


def test_attempts_wait_longer_and_longer_and_end(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = "core.mail.tests.transports.Busy"
    write()
    waits = []
    for _ in range(outgoing.MAX_ATTEMPTS):
        make_due()
        tasks.sweep_mail()
        waits.append(OutgoingMail.objects.get().next_attempt_at - timezone.now())
    assert waits[0] < waits[1] < waits[2]
    assert max(waits) <= outgoing.MAX_BACKOFF
    assert OutgoingMail.objects.get().failed_at is not None
    make_due()
    assert tasks.sweep_mail() == 0
    assert "abcdefghijklmnop" not in OutgoingMail.objects.get().last_error


def test_mailbox_that_does_not_exist_is_given_up_at_once(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = "core.mail.tests.transports.NoSuchMailbox"
    services.deliver(write().pk)
    assert OutgoingMail.objects.get().failed_at is not None


def test_operator_sends_again_and_never_sees_the_words(settings: Settings, admin_client: Client) -> None:
    settings.MAIL_TRANSPORT = "core.mail.tests.transports.NoSuchMailbox"
    written = write()
    services.deliver(written.pk)
    pages = [admin_client.get(f"/admin/core_mail/outgoingmail/{path}") for path in ("", f"{written.pk}/change/", "?state=given_up")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all(b"ana@example.com" in page.content and b"abcdefghijklmnop" not in page.content for page in pages)
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    admin_client.post("/admin/core_mail/outgoingmail/", {"action": "send_again", "_selected_action": [str(written.pk)]})
    tasks.sweep_mail()
    assert len(mail.outbox) == 1


def test_handed_to_many_workers_it_is_sent_once() -> None:
    written = write()
    sent = race(lambda _: services.deliver(written.pk), threads=6)
    assert sorted(sent) == [False] * 5 + [True]  # type: ignore[type-var]
    assert len(mail.outbox) == 1


def test_task_that_comes_twice_sends_once() -> None:
    written = write()
    tasks.deliver_mail(str(written.pk))
    tasks.deliver_mail(str(written.pk))
    assert len(mail.outbox) == 1


def test_mail_of_a_killed_worker_goes_once_its_lease_is_over() -> None:
    written = write()
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.test"),
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST'] or database['OPTIONS'].get('host', '')}",
    }
    command = [sys.executable, "-m", "core.mail.tests.killed_while_sending", str(written.pk)]
    assert subprocess.run(command, env=environment, cwd=Path(__file__).parents[3], check=False).returncode == -signal.SIGKILL
    assert tasks.sweep_mail() == 0
    with time_machine.travel(timezone.now() + outgoing.LEASE + timedelta(seconds=1)):
        assert tasks.sweep_mail() == 1
        assert tasks.sweep_mail() == 0
    assert len(mail.outbox) == 1


def test_rows_are_forgotten() -> None:
    services.deliver(write().pk)
    unsent = write()
    assert services.forget() == 0
    with time_machine.travel(timezone.now() + services.KEPT_UNSENT + timedelta(minutes=1)):
        assert services.forget() == 1
        assert not OutgoingMail.objects.filter(pk=unsent.pk).exists()
    with time_machine.travel(timezone.now() + services.KEPT + timedelta(minutes=1)):
        assert tasks.forget_mail() == 1
    assert not OutgoingMail.objects.exists()
