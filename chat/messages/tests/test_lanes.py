"""Who waits on the lanes. What the lanes write is tried by the tests of services and sockets."""

import asyncio
from concurrent.futures import Future
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from chat.conversations.tests.factories import make_pair
from chat.messages.drafts import Draft, Sent
from chat.messages.lanes import lanes, send_soon
from chat.messages.models import Message
from core.errors import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


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
