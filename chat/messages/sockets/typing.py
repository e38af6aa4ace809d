"""Who is writing. It lives on the connection alone."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from chat.messages.handlers import tell_typing
from chat.messages.wire import conversation_room
from core.errors import NotFound
from core.realtime.connection import Connection
from core.realtime.registry import Inbound, command, on_disconnect

TYPING_SECONDS = 5.0
STATE = "chat.messages.typing"  # in Connection.state: conversation → the timer that ends it


class Typing(Inbound):
    """Where."""

    conversation: UUID


@command("typing:start", Typing, limits=["1/s"])
async def typing_start(connection: Connection, data: Typing) -> None:
    """Writing has begun, or goes on. Repeat every few seconds: after 5 s it counts as stopped."""
    if conversation_room(data.conversation) not in connection.rooms:
        raise NotFound
    timers: dict[UUID, asyncio.TimerHandle] = connection.state.setdefault(STATE, {})
    if timer := timers.pop(data.conversation, None):
        timer.cancel()
    timers[data.conversation] = asyncio.get_running_loop().call_later(TYPING_SECONDS, stop_typing, connection, data.conversation)
    tell_typing(data.conversation, UUID(connection.user_id), is_typing=True)


@command("typing:stop", Typing)
async def typing_stop(connection: Connection, data: Typing) -> None:
    """Writing has stopped. Sending a message says so too."""
    if conversation_room(data.conversation) not in connection.rooms:
        raise NotFound
    stop_typing(connection, data.conversation)


def stop_typing(connection: Connection, conversation_id: UUID) -> None:
    """Tell the others, if they believe that this connection's person is writing."""
    timer = connection.state.get(STATE, {}).pop(conversation_id, None)
    if timer is not None:
        timer.cancel()
        tell_typing(conversation_id, UUID(connection.user_id), is_typing=False)


@on_disconnect
async def stop_all_typing(connections: Sequence[Connection]) -> None:
    for connection in connections:
        for conversation_id in list(connection.state.get(STATE, {})):
            stop_typing(connection, conversation_id)
