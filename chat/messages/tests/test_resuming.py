"""What a ``resume`` costs, and that it ends well whatever happens while it lasts."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_direct
from chat.messages.selectors import Missed, messages_after
from chat.messages.sockets import order
from chat.messages.tests.talking import changes, edit, numbers, pair, say
from chat.messages.wire import conversation_room
from core.realtime.hub import current_hub
from core.realtime.testing import SocketClient
from social.graph.services import block

pytestmark = pytest.mark.django_db(transaction=True)
Count = Callable[[Awaitable[Any]], Awaitable[int]]


@pytest.fixture
async def world(connect: Connect) -> tuple[User, SocketClient, list[Conversation]]:
    """Somebody with two conversations, in which there was said and changed something, and a socket of theirs."""
    ana = await sync_to_async(UserFactory.create)()
    spoken = [await _spoken(ana) for _ in range(2)]
    return ana, await connect(ana), spoken


async def _spoken(ana: User) -> Conversation:
    conversation = await sync_to_async(lambda: make_direct(ana, UserFactory.create()))()
    await say(ana, conversation, "one", "two")
    await edit(ana, conversation, 1, "uno")
    return conversation


async def test_resuming_where_nothing_was_missed_takes_the_same_queries_for_any_number(
    world: tuple[User, SocketClient, list[Conversation]], connect: Connect, count_everywhere: Count
) -> None:
    ana, _, spoken = world

    async def cost(count: int) -> int:
        while len(spoken) < count:
            spoken.append(await _spoken(ana))
        socket = await connect(ana)
        seen = {
            "conversations": {str(one.pk): 2 for one in spoken},
            "changes": {str(one.pk): 1 for one in spoken},
            "hidings": {str(one.pk): 0 for one in spoken},
        }
        taken = await count_everywhere(socket.call("resume", seen))
        assert await socket.quiet()
        return taken

    assert await cost(2) == await cost(9) == 1


async def test_only_what_was_missed_is_looked_into(world: tuple[User, SocketClient, list[Conversation]]) -> None:
    _, socket, (one, other) = world
    first, second = str(one.pk), str(other.pk)
    answer = await socket.call("resume", {"conversations": {first: 2, second: 1}, "changes": {first: 0, second: 1}})
    assert answer == {
        "conversations": {first: {"last_seq": 2, "head": 2}, second: {"last_seq": 2, "head": 2}},
        "changes": {first: {"last_change": 1, "head": 1}, second: {"last_change": 1, "head": 1}},
    }
    assert await numbers(socket, 1) == [2]
    assert await changes(socket, 1) == [(1, 1, "uno")]
    assert await socket.quiet()


async def test_a_block_in_the_middle_of_a_page_ends_the_conversation_and_not_the_resume(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben, conversation = await pair()
    _, cleo, other = ana, *(await _another(ana))
    await say(ana, conversation, "one", "two")
    await say(cleo, other, "hello")
    socket = await connect(ana)
    has_read, may_go_on = threading.Event(), threading.Event()
    read = order._missed

    def slowly(user_id: str, conversation_id: UUID, after_seq: int) -> Missed:
        missed = read(user_id, conversation_id, after_seq)
        has_read.set()
        may_go_on.wait(20)
        return missed

    monkeypatch.setattr(order, "_missed", slowly)
    resuming = asyncio.ensure_future(socket.call("resume", {"conversations": {str(conversation.pk): 0, str(other.pk): 0}}))
    await asyncio.to_thread(has_read.wait, 20)
    await sync_to_async(block)(actor=ben, target=ana)
    may_go_on.set()
    assert (await resuming)["conversations"] == {str(other.pk): {"last_seq": 1, "head": 1}}
    assert (await socket.expect("message:new"))["conversation"] == str(other.pk)
    await socket.expect("conversation:removed")
    assert await socket.quiet(besides="notification:")


async def test_a_resume_waits_for_a_gap_that_is_being_filled_and_leaves_nothing_out(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, _, conversation = await pair()
    await say(ana, conversation, "one", "two", "three")
    socket = await connect(ana)
    (connection,) = current_hub().connections.values()
    connection.positions[conversation_room(conversation.pk)] = 2  # the next live message finds a gap
    reads, may_go_on = threading.Event(), threading.Event()
    read = messages_after

    def slowly(*asked: Any) -> Any:
        reads.set()
        may_go_on.wait(20)
        return read(*asked)

    monkeypatch.setattr(order, "messages_after", slowly)
    await say(ana, conversation, "four")
    await asyncio.to_thread(reads.wait, 20)
    resuming = asyncio.ensure_future(socket.call("resume", {"conversations": {str(conversation.pk): 0}}))
    await asyncio.sleep(0.2)
    assert not resuming.done()
    may_go_on.set()
    assert (await resuming)["conversations"] == {str(conversation.pk): {"last_seq": 4, "head": 4}}
    assert await numbers(socket, 6) == [3, 4, 1, 2, 3, 4]


async def _another(ana: User) -> tuple[User, Conversation]:
    cleo = await sync_to_async(UserFactory.create)()
    return cleo, await sync_to_async(make_direct)(ana, cleo)
