"""Who waits on the lanes. What the lanes write is tried by the tests of services and sockets."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from chat.conftest import Connect
from chat.conversations.tests.factories import make_pair
from chat.messages import lanes as messages_lanes
from chat.messages.drafts import Draft, Sent
from chat.messages.events import MessagesSent
from chat.messages.lanes import Lanes, lanes, send_soon
from chat.messages.models import Message
from chat.messages.tests.talking import pair, write
from core.errors import NotFound
from core.events import outbox
from core.events.models import OutboxEvent
from core.events.registry import Event, handlers

pytestmark = pytest.mark.django_db(transaction=True)


class Stuck:
    """A handler that enqueues nothing for as long as it is told to, as one whose broker hangs."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.told: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.may_go_on.wait(20)
        self.told.append(event)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    handler = Stuck()
    for kind in ("MessagesSent", "ReceiptsMoved"):
        monkeypatch.setitem(handlers[f"chat.messages.{kind}"], "test.stuck", handler)
    yield handler
    handler.may_go_on.set()


async def test_one_who_gives_up_waiting_takes_nobody_elses_answer_away() -> None:
    ana, ben, conversation = await sync_to_async(make_pair)()
    drafts = [Draft(person.pk, conversation.pk, "hello", uuid4().hex) for person in (ana, ben, ana, ben)]
    waiting = [asyncio.ensure_future(send_soon(draft)) for draft in drafts]
    thread: Future[Sent] = Future()
    lanes().send(Draft(ana.pk, conversation.pk, "from a thread", "t"), thread)
    gone: Future[Sent] = Future()
    gone.cancel()
    lanes().send(Draft(ben.pk, conversation.pk, "nobody waits for me", "t"), gone)
    stranger = asyncio.ensure_future(send_soon(Draft(uuid4(), conversation.pk, "not mine", "t")))
    await asyncio.sleep(0)
    waiting[0].cancel()

    sent = await asyncio.gather(*waiting[1:])
    with pytest.raises(NotFound):
        await stranger
    seqs = {answer.seq for answer in sent} | {(await asyncio.wrap_future(thread)).seq}
    assert len(seqs) == 4
    assert await Message.objects.acount() == 6  # what nobody waits for is sent all the same


async def test_a_broker_that_hangs_keeps_neither_receipts_nor_messages_waiting(connect: Connect, stuck: Stuck) -> None:
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)
    for seq in (1, 2, 3):
        await write(anas, conversation, "hello")
        async with asyncio.timeout(5):
            await bens.call("message:read", {"conversation": str(conversation.pk), "seq": seq})
            await write(bens, conversation, "read it")
            await anas.expect("message:status", read_seq=seq)
    assert not stuck.told


def test_what_waits_to_be_settled_is_bounded_and_the_rest_is_the_sweepers(stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages_lanes, "SETTLE_LIMIT", 3)
    monkeypatch.setattr(messages_lanes, "SETTLE_SECONDS", 0.0)
    ana, _, conversation = make_pair()
    OutboxEvent.objects.all().delete()
    crowded = Lanes()
    for number in range(12):
        reply: Future[Sent] = Future()
        crowded.send(Draft(ana.pk, conversation.pk, "hello", str(number)), reply)
        assert reply.result(10).seq == number + 1
    stuck.may_go_on.set()
    last = time.monotonic() + 10
    while (left := OutboxEvent.objects.filter(name="chat.messages.MessagesSent").count()) > 8 and time.monotonic() < last:
        time.sleep(0.05)
    assert 0 < left <= 8  # one was being settled and three waited
    OutboxEvent.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    outbox.sweep()
    assert not OutboxEvent.objects.exists()
    told = {pk for event in stuck.told if isinstance(event, MessagesSent) for pk in event.message_ids}
    assert set(Message.objects.values_list("pk", flat=True)) <= told
