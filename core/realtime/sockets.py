"""Commands every socket knows, whatever slices add."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.errors import Invalid, NotFound, RateLimited, Unavailable
from core.realtime.admission import door_of, renew
from core.realtime.authentication import Credential
from core.realtime.connection import Connection
from core.realtime.hub import current_hub
from core.realtime.registry import ASKED_FOR, RoomAuthoriser, command, hooks, on_ask_again, on_missed, room_kinds
from core.realtime.threads import call, in_thread
from core.realtime.wire import Authenticate, Ping, Pong, RoomJoined, RoomName

ROOMS_PER_SOCKET = 50
ATTEMPTS = 5  # to read who may hear something without it changing meanwhile
JOINED = "core.realtime.joined"  # in Connection.state: the rooms the client asked for


@command("authenticate", Authenticate, anonymous=True, limits=["10/m"])
async def authenticate(connection: Connection, data: Authenticate) -> None:
    """Say who you are, as the first frame; or stay past the expiry of the last token."""
    credential = Credential(token=data.token)
    if connection.user_id:
        await renew(connection, credential)
    else:
        await door_of(current_hub()).admit(connection, credential)


@command("ping", Ping, anonymous=True)
async def ping(connection: Connection, data: Ping) -> None:
    """Ask for a ``pong``."""
    await connection.send(Pong(time=datetime.now(UTC)))


@command("resume", dict[str, msgspec.Raw], limits=["20/m"])
async def resume(connection: Connection, data: dict[str, msgspec.Raw]) -> dict[str, Any]:
    """Say what you saw last and get what you missed, in order, before the ``ack``."""
    if unknown := next((name for name in data if name not in hooks.resume), None):
        raise Invalid(f"There is nothing called {unknown[:40]!r} to resume.", code="invalid_data", details={"field": unknown[:40]})
    seen = {name: _read_section(name, data[name]) for name in hooks.resume if name in data}
    connection.resumed = {}
    return {name: await call(hooks.resume[name].hook, connection, value) for name, value in seen.items()}


def _read_section(name: str, raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw, type=hooks.resume[name].payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid(f"This is not what {name} can be resumed from: {error}", code="invalid_data", details={"field": name}) from None


@command("room:join", RoomName, ack=RoomJoined, limits=["120/m"])
async def room_join(connection: Connection, data: RoomName) -> RoomJoined:
    """Hear what happens in a room, such as a post that is open on the screen."""
    kind, _, key = data.room.partition(":")
    authorise = room_kinds.get(kind)
    joined: set[str] = connection.state.setdefault(JOINED, set())
    if data.room not in joined and len(joined) >= ROOMS_PER_SOCKET:
        raise RateLimited(1, f"A socket can be in {ROOMS_PER_SOCKET} rooms. Leave one first.", details={"limit": "rooms"})
    if authorise is None or len(key) > 64 or not await _may_join(connection, authorise, data.room):
        raise NotFound("There is no such room.")
    joined.add(data.room)
    connection.join(data.room)
    return RoomJoined(room=data.room)


async def _may_join(connection: Connection, authorise: RoomAuthoriser, name: str) -> bool:
    """Ask, and ask again where something happened meanwhile that would have taken the socket out of the room, had it been there already."""
    for _ in range(ATTEMPTS):
        since = time.monotonic()
        allowed = await in_thread(authorise, [connection.user_id], name.partition(":")[2])
        if not connection.hub.touched_since(connection, [name, f"user:{connection.user_id}"], since):
            return connection.user_id in allowed
    raise Unavailable


@command("room:leave", RoomName, ack=RoomJoined)
async def room_leave(connection: Connection, data: RoomName) -> RoomJoined:
    """Hear no more of a room that was joined with ``room:join``."""
    joined: set[str] = connection.state.get(JOINED, set())
    if data.room in joined:
        joined.discard(data.room)
        connection.leave(data.room)
    return RoomJoined(room=data.room)


@on_ask_again(ASKED_FOR)
async def ask_again_about_room(name: str, connections: Sequence[Connection]) -> None:
    """Who may not hear of the room any more leaves it. They are not told: to them it is as if it had never been."""
    kind, _, key = name.partition(":")
    allowed = await in_thread(room_kinds[kind], {connection.user_id for connection in connections}, key)
    for connection in connections:
        if connection.user_id not in allowed:
            connection.state.get(JOINED, set()).discard(name)
            connection.leave(name)


@on_ask_again("user")
async def ask_again_of_person(name: str, connections: Sequence[Connection]) -> None:
    """What one person may hear of has changed: each room their sockets asked for is asked about again."""
    await ask_again_of_all(connections)


@on_missed
async def ask_again_of_all(connections: Sequence[Connection]) -> None:
    """Each room any of these sockets asked for is asked about once, for all of them."""
    rooms: dict[str, list[Connection]] = {}
    for connection in connections:
        for room in connection.state.get(JOINED, ()):
            rooms.setdefault(room, []).append(connection)
    for room, members in rooms.items():
        await ask_again_about_room(room, members)
