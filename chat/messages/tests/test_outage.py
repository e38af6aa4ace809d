"""Two processes of which one hears nothing for a while: what it missed is made good, whatever it was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from asgiref.sync import sync_to_async

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conftest import Connect
from chat.conversations.services import create_direct
from chat.messages.sockets.order import enter_conversations
from chat.messages.sockets.typing import Typing, typing_start
from chat.messages.tests.talking import numbers, pair, say
from chat.messages.tests.test_sockets import send_untold
from chat.messages.wire import conversation_room
from core.errors import NotFound
from core.realtime.connection import Connection
from core.realtime.hub import Hub
from core.realtime.testing import until
from social.graph.services import block

pytestmark = pytest.mark.django_db(transaction=True)


class DeafSocket:
    """A socket of a process whose way to the others is cut."""

    def __init__(self, hub: Hub, person: User) -> None:
        self.frames: list[dict[str, Any]] = []
        self.connection = Connection(hub, self._send, lambda: None)
        self.connection.user_id, self.connection.session_id = str(person.pk), "none"
        self.hub = hub

    async def _send(self, event: dict[str, Any]) -> None:
        self.frames.append(msgspec.json.decode(event["text"]))

    async def enter(self) -> None:
        rooms = await sync_to_async(enter_conversations)([self.connection])
        self.hub.add(self.connection)
        self.hub.enter_all(self.connection, rooms[self.connection], since=0.0)

    def got(self, kind: str) -> list[Any]:
        return [frame["data"] for frame in self.frames if frame["type"] == kind]


@pytest.fixture
async def deaf(connect: Connect) -> AsyncIterator[Hub]:
    """The hub of another process: it was never subscribed, so it hears of nothing."""
    hub = Hub()
    yield hub
    for connection in list(hub.connections.values()):
        hub.remove(connection)
    await hub.stop()


async def test_a_conversation_that_began_meanwhile_is_entered_and_told(deaf: Hub) -> None:
    ana, ben = await sync_to_async(UserFactory.create)(), await sync_to_async(UserFactory.create)()
    bens = DeafSocket(deaf, ben)
    await bens.enter()
    conversation = await sync_to_async(create_direct)(actor=ana, target=ben)
    await say(ana, conversation, "while you were away")
    assert not bens.frames

    deaf.missed()
    await until(lambda: bens.got("conversation:new"))
    assert bens.got("conversation:new")[0]["conversation"]["last_message"]["body"] == "while you were away"
    assert bens.connection.positions[conversation_room(conversation.pk)] == 1
    await say(ana, conversation, "lost again")
    deaf.missed()
    await until(lambda: bens.got("message:new"))
    assert [message["seq"] for message in bens.got("message:new")] == [2]


async def test_who_was_blocked_meanwhile_is_out_and_can_no_longer_be_heard(deaf: Hub) -> None:
    ana, ben, conversation = await pair()
    bens = DeafSocket(deaf, ben)
    await bens.enter()
    await typing_start(bens.connection, Typing(conversation=conversation.pk))
    await sync_to_async(block)(actor=ana, target=ben)
    assert conversation_room(conversation.pk) in bens.connection.rooms

    deaf.missed()
    await until(lambda: bens.got("conversation:removed"))
    assert bens.connection.rooms == {f"user:{ben.pk}", "session:none"}
    with pytest.raises(NotFound):
        await typing_start(bens.connection, Typing(conversation=conversation.pk))


async def test_nothing_is_told_where_nothing_was_missed_and_positions_stand(deaf: Hub) -> None:
    ana, ben, conversation = await pair()
    await say(ana, conversation, "hello")
    bens = DeafSocket(deaf, ben)
    await bens.enter()
    bens.connection.positions[conversation_room(conversation.pk)] = 0
    for _ in range(5):
        deaf.missed()
    await until(lambda: bens.got("message:new"))
    await asyncio.sleep(0.3)
    assert [frame["type"] for frame in bens.frames] == ["message:new"]


async def test_the_first_message_of_a_new_conversation_is_not_skipped_where_it_was_lost(connect: Connect) -> None:
    ana, ben = await sync_to_async(UserFactory.create)(), await sync_to_async(UserFactory.create)()
    bens = await connect(ben)
    conversation = await sync_to_async(create_direct)(actor=ana, target=ben)
    assert UUID((await bens.expect("conversation:new"))["conversation"]["id"]) == conversation.pk
    await sync_to_async(send_untold)(ana, conversation, 1)
    await say(ana, conversation, "told")
    assert await numbers(bens, 2) == [1, 2]
