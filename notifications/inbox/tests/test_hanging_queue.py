"""Messages whose notifications cannot be enqueued, because the queue takes connections and never answers."""

import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from chat.conversations.tests.factories import make_pair
from chat.messages.models import Message
from core.events import queue
from core.events.models import OutboxEvent
from core.events.outbox import sweep
from notifications.inbox.tasks import tell_of_messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("silent_queue")
def test_messages_are_sent_as_fast_as_ever_and_their_notifications_come_later(
    as_person: Callable[[User], APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _, conversation = make_pair()
    client = as_person(ana)
    spent = []
    for number in range(4):
        started = time.monotonic()
        answer = client.post(f"/api/v1/conversations/{conversation.pk}/messages", {"body": f"message {number}"}, format="json")
        spent.append(time.monotonic() - started)
        assert answer.status_code == 201
    assert all(waited < queue.PATIENCE_SECONDS for waited in spent[1:]), spent
    assert OutboxEvent.objects.filter(name="chat.messages.MessagesSent").count() == 4
    told: list[list[str]] = []
    monkeypatch.setattr(tell_of_messages, "apply_async", lambda args, **_: told.append(args[0]))
    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    sweep()
    assert sorted(told) == [[str(pk)] for pk in Message.objects.filter(conversation=conversation).order_by("pk").values_list("pk", flat=True)]
    assert not OutboxEvent.objects.exists()
