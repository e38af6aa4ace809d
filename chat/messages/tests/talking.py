"""What people do in the tests of chat over sockets, in one word each."""

from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.users.models import User
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_pair
from chat.messages import services
from chat.messages.models import Message
from core.realtime.testing import SocketClient, SocketError

Pair = tuple[User, User, Conversation]


async def pair() -> Pair:
    return await sync_to_async(make_pair)()


async def say(sender: User, conversation: Conversation, *bodies: str) -> None:
    for body in bodies:
        await sync_to_async(services.send_message)(sender=sender, conversation_id=conversation.pk, body=body)


async def write(socket: SocketClient, conversation: Conversation, body: str = "hello", **more: Any) -> Any:
    return await socket.call("message:send", {"conversation": str(conversation.pk), "body": body, "temp_id": uuid4().hex, **more})


async def refused(socket: SocketClient, kind: str, data: dict[str, Any]) -> str:
    with pytest.raises(SocketError) as error:
        await socket.call(kind, data)
    return error.value.code


async def numbers(socket: SocketClient, count: int) -> list[int]:
    return [(await socket.expect("message:new"))["seq"] for _ in range(count)]


async def edit(sender: User, conversation: Conversation, seq: int, body: str) -> None:
    message = await Message.objects.aget(conversation=conversation, seq=seq)
    await sync_to_async(services.edit_message)(actor=sender, message_id=message.pk, body=body)


async def delete(sender: User, conversation: Conversation, seq: int) -> None:
    message = await Message.objects.aget(conversation=conversation, seq=seq)
    await sync_to_async(services.delete_message)(actor=sender, message_id=message.pk)


async def changes(socket: SocketClient, count: int) -> list[tuple[int, int, str | None]]:
    """The next frames that tell of changes: number, message, and its words if it still has any."""
    found = []
    for _ in range(count):
        frame = await socket.next("message:edited", "message:deleted")
        found.append((frame["change"], frame["seq"], frame.get("body")))
    return found
