"""Text messages from the transaction that writes them to whoever takes them."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core import outgoing
from core.sms import services, tasks
from core.sms.models import OutgoingText
from core.sms.testing import Sent, outbox
from core.testing.http import Provider, provider
from core.testing.threads import race

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12025550123"
WORDS = "123456 is your code."


@pytest.fixture
def twilio(settings: Settings) -> Iterator[Provider]:
    with provider() as known:
        settings.SMS_TRANSPORT = "core.sms.transports.Twilio"
        settings.TWILIO_API_URL, settings.TWILIO_SENDER = known.url, "+15005550006"
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "its-token"
        known.status, known.body = 201, b'{"sid": "SM1"}'
        yield known


def write(**fields: object) -> OutgoingText:
    """A text whose event was lost on the way to a worker."""
    with transaction.atomic():
        written = services.send_later(recipient=NUMBER, text=WORDS, **fields)  # type: ignore[arg-type]
        transaction.get_connection().run_on_commit.clear()
    return written


def make_due() -> None:
    OutgoingText.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_text_of_a_rolled_back_change_is_never_sent() -> None:
    with transaction.atomic():
        services.send_later(recipient=NUMBER, text=WORDS)
        transaction.set_rollback(True)
    assert outbox == []
    assert not OutgoingText.objects.exists()


def test_text_leaves_after_the_commit_and_its_words_are_forgotten() -> None:
    with transaction.atomic():
        services.send_later(recipient=NUMBER, text=WORDS)
        assert outbox == []
    assert outbox == [Sent(NUMBER, WORDS)]
    row = OutgoingText.objects.get()
    assert row.sent_at is not None
    assert row.text == ""


def test_twilio_is_asked_as_it_wants_to_be(twilio: Provider, settings: Settings) -> None:
    services.send_later(recipient=NUMBER, text=WORDS)
    settings.TWILIO_SENDER = "MG42"
    services.send_later(recipient=NUMBER, text=WORDS)
    first, second = twilio.asked
    assert first.path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert first.headers["Authorization"] == "Basic " + base64.b64encode(b"AC123:its-token").decode()
    assert first.form == {"To": NUMBER, "Body": WORDS, "From": "+15005550006"}
    assert second.form == {"To": NUMBER, "Body": WORDS, "MessagingServiceSid": "MG42"}
    assert OutgoingText.objects.exclude(sent_at=None).count() == 2


@pytest.mark.parametrize(("status", "is_final"), [(400, True), (410, True), (401, False), (429, False), (500, False), (503, False)])
def test_refusals_that_no_repetition_changes_are_given_up(twilio: Provider, status: int, is_final: bool) -> None:
    twilio.status, twilio.body = status, json.dumps({"code": 21211, "message": f"The number is wrong: {WORDS}"}).encode()
    services.send_later(recipient=NUMBER, text=WORDS)
    row = OutgoingText.objects.get()
    assert (row.failed_at is not None) is is_final
    assert f"{status} 21211" in row.last_error
    assert WORDS not in row.last_error


@pytest.mark.usefixtures("twilio")
def test_writer_hears_nothing_of_a_twilio_that_is_away_and_the_text_goes_later(settings: Settings) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:1"
    services.send_later(recipient=NUMBER, text=WORDS)
    row = OutgoingText.objects.get()
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)
    settings.SMS_TRANSPORT = "core.sms.testing.Memory"
    assert tasks.sweep_texts() == 0
    make_due()
    assert tasks.sweep_texts() == 1
    assert outbox == [Sent(NUMBER, WORDS)]


def test_code_that_ran_out_on_the_way_is_not_sent() -> None:
    written = write(good_until=timezone.now() - timedelta(seconds=1))
    assert not services.deliver(written.pk)
    assert OutgoingText.objects.get().failed_at is not None
    assert outbox == []


def test_handed_to_many_workers_it_is_sent_once() -> None:
    written = write()
    sent = race(lambda _: services.deliver(written.pk), threads=6)
    assert sorted(sent) == [False] * 5 + [True]  # type: ignore[type-var]
    assert len(outbox) == 1


def test_rows_are_forgotten_after_a_week() -> None:
    write()
    assert tasks.forget_texts() == 0
    with time_machine.travel(timezone.now() + services.KEPT + timedelta(minutes=1)):
        assert tasks.forget_texts() == 1


def test_attempts_wait_longer_each_time(twilio: Provider) -> None:
    twilio.status = 500
    write()
    waits = []
    for _ in range(3):
        make_due()
        tasks.sweep_texts()
        waits.append(OutgoingText.objects.get().next_attempt_at - timezone.now())
    assert waits[0] < waits[1] < waits[2] <= outgoing.MAX_BACKOFF


def test_development_keeps_texts_in_a_folder_and_shows_them(settings: Settings, tmp_path: Path, client: Client) -> None:
    settings.SMS_TRANSPORT, settings.DEV_DIR = "core.sms.transports.Folder", tmp_path
    services.send_later(recipient=NUMBER, text=WORDS)
    assert client.get("/dev/sms/").status_code == 404
    settings.DEBUG = True
    page = client.get("/dev/sms/").content.decode()
    assert NUMBER in page
    assert WORDS in page


def test_operator_sends_again_and_never_sees_the_words(twilio: Provider, admin_client: Client, settings: Settings) -> None:
    twilio.status = 400
    services.send_later(recipient=NUMBER, text=WORDS)
    row = OutgoingText.objects.get()
    pages = [admin_client.get(f"/admin/core_sms/outgoingtext/{path}") for path in ("", f"{row.pk}/change/", "?state=given_up")]
    assert all(page.status_code == 200 and NUMBER.encode() in page.content and WORDS.encode() not in page.content for page in pages)
    settings.SMS_TRANSPORT = "core.sms.testing.Memory"
    admin_client.post("/admin/core_sms/outgoingtext/", {"action": "send_again", "_selected_action": [str(row.pk)]})
    tasks.sweep_texts()
    assert outbox == [Sent(NUMBER, WORDS)]
