"""What people delete for themselves alone: their own devices learn of it, now or on return, and nobody else ever does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, connection, transaction

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.models import Conversation, Membership
from chat.messages import services
from chat.messages.models import HiddenMessage, Message
from chat.messages.sockets import order
from chat.messages.tests.talking import edit, pair, say
from core.realtime.testing import SocketClient
from social.graph.services import block

pytestmark = pytest.mark.django_db(transaction=True)


async def hide(person: User, conversation: Conversation, *numbers: int) -> None:
    for seq in numbers:
        message = await Message.objects.aget(conversation=conversation, seq=seq)
        await sync_to_async(services.hide_message)(actor=person, message_id=message.pk)


async def hidings(socket: SocketClient, count: int) -> list[tuple[int, int]]:
    """The next frames that tell of hidings: number and message."""
    found = []
    for _ in range(count):
        frame = await socket.expect("message:deleted")
        assert (frame["change"], frame["for_everyone"]) == (None, False)
        found.append((frame["hiding"], frame["seq"]))
    return found


async def test_hidings_are_numbered_live_and_told_on_resume_to_devices_that_were_away(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two", "three")
    phone = await connect(ben)
    await hide(ben, conversation, 2, 3)
    assert await hidings(phone, 2) == [(1, 2), (2, 3)]
    tablet, target = await connect(ben), str(conversation.pk)
    for since, told in ((0, [(1, 2), (2, 3)]), (1, [(2, 3)]), (2, []), (9, [])):
        answer = await tablet.call("resume", {"hidings": {target: since, str(uuid4()): 0}})
        assert answer == {"hidings": {target: {"last_hiding": max(2, since), "head": max(2, since)}}}
        assert await hidings(tablet, len(told)) == told
    assert (await tablet.call("conversation:join", {"conversation": target}))["last_hiding"] == 2
    assert await tablet.quiet(besides="notification:")


async def test_nobody_else_learns_of_a_hiding(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two")
    anas, stranger = await connect(ana), await connect(await sync_to_async(UserFactory.create)())
    target = str(conversation.pk)
    everything: dict[str, Any] = {"conversations": {target: 2}, "changes": {target: 0}, "hidings": {target: 0}}
    before = await anas.call("resume", everything), await anas.call("conversation:join", {"conversation": target})
    await hide(ben, conversation, 1)
    assert (await anas.call("resume", everything), await anas.call("conversation:join", {"conversation": target})) == before
    assert await stranger.call("resume", everything) == {"conversations": {}, "changes": {}, "hidings": {}}
    assert await anas.quiet()
    assert await stranger.quiet()


async def test_hidings_of_a_conversation_a_block_closed_are_not_told(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one")
    await hide(ben, conversation, 1)
    await sync_to_async(block)(actor=ana, target=ben)
    bens = await connect(ben)
    assert await bens.call("resume", {"hidings": {str(conversation.pk): 0}}) == {"hidings": {}}
    assert await bens.quiet(besides="notification:")


async def test_a_resume_brings_what_is_new_changed_and_hidden_at_once(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two", "three", "four")
    await edit(ana, conversation, 1, "uno")
    await hide(ben, conversation, 2, 4)
    bens, target = await connect(ben), str(conversation.pk)
    answer = await bens.call("resume", {"hidings": {target: 0}, "changes": {target: 0}, "conversations": {target: 2}})
    assert answer["hidings"] == {target: {"last_hiding": 2, "head": 2}}
    assert (await bens.expect("message:new"))["seq"] == 3
    assert (await bens.expect("message:edited"))["seq"] == 1
    assert await hidings(bens, 2) == [(1, 2), (2, 4)]
    assert await bens.quiet(besides="notification:")


async def test_more_hidings_than_one_answer_carries_are_asked_for_again(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "RESUME_CHANGES", 4)
    monkeypatch.setattr(order, "PAGE", 2)
    ana, ben, conversation = await pair()
    await say(ana, conversation, *(str(number) for number in range(6)))
    await hide(ben, conversation, *range(6, 0, -1))
    socket, target = await connect(ben), str(conversation.pk)
    assert (await socket.call("resume", {"hidings": {target: 0}}))["hidings"][target] == {"last_hiding": 4, "head": 6}
    assert (await socket.call("resume", {"hidings": {target: 4}}))["hidings"][target] == {"last_hiding": 6, "head": 6}
    assert await hidings(socket, 6) == [(number, 7 - number) for number in range(1, 7)]


async def test_where_the_messages_are_gone_altogether_the_count_is_reached_all_the_same(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two")
    await hide(ben, conversation, 1, 2)
    await HiddenMessage.objects.filter(number=2).adelete()
    socket, target = await connect(ben), str(conversation.pk)
    assert (await socket.call("resume", {"hidings": {target: 0}}))["hidings"][target] == {"last_hiding": 2, "head": 2}
    assert await hidings(socket, 1) == [(1, 1)]


async def test_two_devices_that_hide_at_once_get_a_number_for_each_hiding(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, *(str(number) for number in range(8)))
    keys: list[UUID] = [message.pk async for message in Message.objects.filter(conversation=conversation)]

    def at_once(key: UUID) -> None:
        try:
            services.hide_message(actor=ben, message_id=key)
        finally:
            connection.close()

    await asyncio.gather(*(asyncio.to_thread(at_once, key) for key in keys))
    assert sorted([hidden.number or 0 async for hidden in HiddenMessage.objects.all()]) == list(range(1, 9))
    membership = await Membership.objects.aget(conversation=conversation, person=ben)
    assert (membership.last_hiding, membership.unread_count) == (8, 0)
    assert (await Membership.objects.aget(conversation=conversation, person=ana)).last_hiding == 0


@pytest.mark.parametrize("wrong", [{"number": None}, {"number": 0}, {"membership": None}])
async def test_a_hiding_is_numbered_in_its_conversation_or_older_than_numbers(wrong: dict[str, None]) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one")
    await hide(ben, conversation, 1)

    def spoil() -> None:
        with transaction.atomic():
            HiddenMessage.objects.update(**wrong)

    with pytest.raises(IntegrityError):
        await sync_to_async(spoil)()
    await HiddenMessage.objects.aupdate(number=None, membership=None)  # as those were that are older than this


async def test_resume_costs_one_query_where_nothing_was_missed_whatever_it_asks(
    connect: Connect, count_everywhere: Callable[[Awaitable[Any]], Awaitable[int]]
) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one")
    await edit(ana, conversation, 1, "uno")
    await hide(ben, conversation, 1)
    socket, target = await connect(ben), str(conversation.pk)
    nothing_new = {"conversations": {target: 1}, "changes": {target: 1}, "hidings": {target: 1}}
    assert await count_everywhere(socket.call("resume", nothing_new)) == 1
    assert await count_everywhere(socket.call("resume", {"hidings": {target: 1}})) == 1
    assert await count_everywhere(socket.call("resume", {**nothing_new, "hidings": {target: 0}})) == 2
    assert await hidings(socket, 1) == [(1, 1)]


async def test_what_one_resume_read_is_not_believed_by_the_next(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one")
    socket, target = await connect(ben), str(conversation.pk)
    assert (await socket.call("resume", {"hidings": {target: 0}}))["hidings"][target]["head"] == 0
    await hide(ben, conversation, 1)
    assert (await socket.call("resume", {"hidings": {target: 0}}))["hidings"][target]["head"] == 1
