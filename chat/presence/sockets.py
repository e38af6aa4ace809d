"""Presence over the socket. A connection is a device; how its person wants to be seen was chosen on any of them, and holds from the start."""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from accounts.users.models import SeenAs, User
from chat.presence import selectors, services
from chat.presence.handlers import tell_presence
from chat.presence.wire import PresenceUpdate, presence_room, presence_rooms, watchers_room
from core.errors import Unavailable
from core.realtime.connection import Connection
from core.realtime.registry import Inbound, command, frame, on_ask_again, on_connect, on_disconnect, on_heartbeat, on_missed
from core.realtime.threads import in_thread

SUBSCRIPTIONS = 200
ROOMS = "chat.presence.rooms"  # in Connection.state: the rooms where it follows that
FOLLOWED = "chat.presence.followed"  # in Connection.state: whose presence it asked to follow
ATTEMPTS = 5  # to read presence without anybody's circle changing meanwhile


class PresenceChoice(Inbound):
    """How one wants to be seen."""

    state: Literal["online", "away", "busy", "invisible"]


class PresenceSubscription(Inbound):
    """Whose presence to follow, instead of whom was asked for before."""

    users: Annotated[list[UUID], msgspec.Meta(max_length=SUBSCRIPTIONS)]


class PersonPresence(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody is right now; ``state`` is null where the viewer may not know."""

    user: UUID
    state: str | None
    last_seen_at: datetime | None


class PresenceList(msgspec.Struct, frozen=True, kw_only=True):
    """Those of the people asked for who exist for the viewer, and how the viewer chose to be seen."""

    presence: list[PersonPresence]
    seen_as: str


@command("presence:update", PresenceChoice, limits=["1/5s"])
def presence_update(connection: Connection, data: PresenceChoice) -> None:
    """Choose how to be seen: it holds for all of one's devices, and those of tomorrow, until another choice."""
    services.choose(person_id=UUID(connection.user_id), seen_as=SeenAs(data.state))


@command("presence:subscribe", PresenceSubscription, limits=["60/m"], ack=PresenceList)
async def presence_subscribe(connection: Connection, data: PresenceSubscription) -> PresenceList:
    """Follow the presence of up to 200 people: their state now, and a ``presence:update`` for every change. Replaces the list of before."""
    viewer, found = await _follow(connection, data.users)
    connection.state[FOLLOWED] = data.users
    presence = [PersonPresence(user=one.person.pk, state=one.state, last_seen_at=one.last_seen_at) for one in found]
    return PresenceList(presence=presence, seen_as=viewer.seen_as)


@on_missed
async def follow_again(connections: Sequence[Connection]) -> None:
    """Changes and askings may have been lost: each socket hears how those it follows are now, and follows whom it may."""
    for connection in connections:
        followed: list[UUID] = connection.state.get(FOLLOWED, [])
        if not followed:
            continue
        before: set[str] = set(connection.state.get(ROOMS, ()))
        with contextlib.suppress(Unavailable):
            found = {one.person.pk: one for one in (await _follow(connection, followed))[1]}
            if (wanted := connection.state[FOLLOWED]) is not followed:  # the client asked for others meanwhile
                await _follow(connection, wanted)
                continue
            for person_id in followed:
                now = found.get(person_id)
                if now is not None and now.state is not None:
                    connection.deliver(frame(PresenceUpdate(user=person_id, state=now.state, last_seen_at=now.last_seen_at)))
                elif before & set(presence_rooms(person_id)):
                    connection.deliver(frame(PresenceUpdate(user=person_id, state=None, last_seen_at=None)))


@on_ask_again("presence")
async def ask_again_about_presence(name: str, connections: Sequence[Connection]) -> None:
    """Somebody's presence may be for others than before: each socket that wanted to know hears how it is now, or that it is not shown."""
    person_id = UUID(name.partition(":")[2])
    viewers = {UUID(connection.user_id) for connection in connections}
    now, may_know = await in_thread(selectors.presence_for, person_id, viewers)
    hidden = frame(PresenceUpdate(user=person_id, state=None, last_seen_at=None))
    shown = frame(PresenceUpdate(user=person_id, state=now.state, last_seen_at=now.last_seen_at)) if now else hidden
    for connection in connections:
        wanted: set[str] = connection.state.setdefault(ROOMS, set())
        before = wanted & set(presence_rooms(person_id))
        room = _room_of(now) if now and UUID(connection.user_id) in may_know else None
        for other in before - {room}:
            wanted.discard(other)
            connection.leave(other)
        if room is not None:
            wanted.add(room)
            connection.join(room)
        if room is not None or before:
            connection.deliver(shown if room is not None else hidden)


async def _follow(connection: Connection, person_ids: list[UUID]) -> tuple[User, list[selectors.Presence]]:
    """Put the socket into the rooms where these people's presence is told, and into no others of that kind. Returns whose socket it is as well.

    Read again where something happens meanwhile that would have moved the socket, had it been in the rooms already. Raises Unavailable where that
    does not end.
    """
    watched = [watchers_room(person) for person in person_ids]
    for _ in range(ATTEMPTS):
        since = time.monotonic()
        viewer, found = await in_thread(_presence_of, connection, person_ids)
        shown_in = {room for one in found if (room := _room_of(one))}
        if connection.hub.touched_since(connection, [*watched, *shown_in], since):
            continue
        before: set[str] = connection.state.get(ROOMS, set())
        connection.state[ROOMS] = rooms = shown_in.union(watched)
        for room in before - rooms:
            connection.leave(room)
        for room in rooms:
            connection.join(room)
        return viewer, found
    raise Unavailable


def _presence_of(connection: Connection, person_ids: list[UUID]) -> tuple[User, list[selectors.Presence]]:
    viewer = User.objects.get(pk=connection.user_id)
    return viewer, list(selectors.presence_by_ids(viewer, person_ids).values())


def _room_of(presence: selectors.Presence) -> str | None:
    """Where changes of it are told to those who may know; None for who may not."""
    return presence_room(presence.person.pk, presence.person.presence_shown_to) if presence.state is not None else None


@on_connect
def come(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
    tell_presence(services.arrive(devices=[_device(connection) for connection in connections]))
    return {}


@on_disconnect
def go(connections: Sequence[Connection]) -> None:
    tell_presence(services.depart(devices=[_device(connection) for connection in connections]))


@on_heartbeat
def stay(connections: Sequence[Connection]) -> None:
    """Push the expiry back, and find those whose server died."""
    changed = services.arrive(devices=[_device(connection) for connection in connections])
    tell_presence({*changed, *services.expire()})


def _device(connection: Connection) -> tuple[str, str]:
    return (connection.user_id, connection.id)
