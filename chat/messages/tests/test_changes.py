"""Edits and deletions: numbered while one is there, told on return."""

from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.services import clear_conversation
from chat.messages import services
from chat.messages.models import Message
from chat.messages.sockets import order
from chat.messages.tests.talking import changes, delete, edit, pair, say
from social.graph.services import block

pytestmark = pytest.mark.django_db(transaction=True)


async def test_changes_are_numbered_live_and_on_resume_told_once_each_as_the_message_is_now(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "one", "two", "three", "four")
    watching = await connect(ben)
    await edit(ana, conversation, 1, "uno")
    await edit(ana, conversation, 2, "dos")
    await delete(ana, conversation, 3)
    await edit(ana, conversation, 1, "eins")
    everything = [(2, 2, "dos"), (3, 3, None), (4, 1, "eins")]
    assert await changes(watching, 4) == [(1, 1, "uno"), *everything]

    away = await connect(ben)
    target = str(conversation.pk)
    for since, told in ((0, everything), (1, everything), (2, everything[1:]), (4, []), (9, [])):
        answer = await away.call("resume", {"changes": {target: since, str(uuid4()): 0}})
        assert answer == {"changes": {target: {"last_change": max(4, since), "head": 4}}}
        assert await changes(away, len(told)) == told
    assert (await away.call("conversation:join", {"conversation": target}))["last_change"] == 4
    assert await away.quiet(besides="notification:")


async def test_resume_tells_of_a_change_with_the_message_or_after_it_but_not_both(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "seen", "missed", "missed too")
    await edit(ana, conversation, 2, "edited before it was seen")
    await edit(ana, conversation, 1, "edited after it was seen")
    await delete(ana, conversation, 3)
    socket, target = await connect(ben), str(conversation.pk)
    answer = await socket.call("resume", {"changes": {target: 0}, "conversations": {target: 1}})
    assert answer == {"conversations": {target: {"last_seq": 3, "head": 3}}, "changes": {target: {"last_change": 3, "head": 3}}}
    missed = [await socket.expect("message:new") for _ in range(2)]
    assert [(one["seq"], one["body"], one["deleted_at"] is None) for one in missed] == [(2, "edited before it was seen", True), (3, "", False)]
    assert await changes(socket, 1) == [(2, 1, "edited after it was seen")]
    assert await socket.quiet(besides="notification:")


async def test_more_changes_than_one_answer_carries_are_asked_for_again(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "RESUME_CHANGES", 4)
    monkeypatch.setattr(order, "PAGE", 2)
    ana, ben, conversation = await pair()
    await say(ana, conversation, *(str(number) for number in range(6)))
    for seq in range(6, 0, -1):
        await edit(ana, conversation, seq, "changed")
    socket, target = await connect(ben), str(conversation.pk)
    assert (await socket.call("resume", {"changes": {target: 0}}))["changes"][target] == {"last_change": 4, "head": 6}
    assert (await socket.call("resume", {"changes": {target: 4}}))["changes"][target] == {"last_change": 6, "head": 6}
    assert await changes(socket, 6) == [(number, 7 - number, "changed") for number in range(1, 7)]


async def test_changes_of_what_the_person_deleted_or_may_not_see_are_not_told(connect: Connect) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "cleared", "hidden", "shown")
    await sync_to_async(clear_conversation)(actor=ben, conversation_id=conversation.pk)
    await say(ana, conversation, "hidden", "shown")
    hidden = await Message.objects.aget(seq=4)
    await sync_to_async(services.hide_message)(actor=ben, message_id=hidden.pk)
    for seq in (1, 4, 5):
        await edit(ana, conversation, seq, "changed")
    target = {"changes": {str(conversation.pk): 0}}
    bens, stranger = await connect(ben), await connect(await sync_to_async(UserFactory.create)())
    await bens.call("resume", target)
    assert await changes(bens, 1) == [(3, 5, "changed")]
    assert await stranger.call("resume", target) == {"changes": {}}
    await sync_to_async(block)(actor=ben, target=ana)
    assert await bens.call("resume", target) == {"changes": {}}
    await bens.expect("conversation:removed")
    for socket in (bens, stranger):
        assert await socket.quiet(besides="notification:")
