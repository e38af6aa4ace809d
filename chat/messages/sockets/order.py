"""Every message once and in order, on every socket, whatever the way there lost.

``connection.positions`` holds the number of the last message each socket was given of each conversation. PostgreSQL has the truth: a gap before
a live message, a head that a heartbeat finds ahead, and a client's ``resume`` are all answered by reading what lies between.

Changes of messages are counted too, and told live as they come; a client that sees a number left out, or was away, asks with ``resume``. So is
what people delete for themselves alone: each person's own count, told to their own devices.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from accounts.users.models import User
from chat.conversations import selectors as conversations
from chat.messages.selectors import Missed, MissedChanges, changes_missed_by, conversation_details, hidings_after, messages_after, missed_by
from chat.messages.serializers import change_shape, conversation_shape, hiding_shape, message_shape
from chat.messages.wire import ConversationNew, ConversationRemoved, ConversationShape, conversation_room
from core.errors import NotFound
from core.realtime.connection import Connection
from core.realtime.registry import frame, on_connect, on_gap, on_heartbeat, on_missed, on_resume
from core.realtime.threads import in_thread

CONVERSATIONS = conversation_room("")
PAGE = 50
RESUME_MESSAGES = 1_000  # of one conversation; what is older than that a client reads over REST
RESUME_CONVERSATIONS = 500
LOOK_AGAIN_SECONDS = 0.01
RESUME_CHANGES = 1_000  # of one conversation, and as many hidings; the client asks again for the rest
STANDINGS = "chat.messages.standings"  # in Connection.resumed: conversation → where it stood when a section first asked
KNOWN = "chat.messages.known"  # in Connection.resumed: conversation → what its new messages told of changes
FILLING = "chat.messages.filling"  # in Connection.state: rooms that are being caught up → whether a live message met a gap meanwhile

Position = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """``last_seq`` is the last message sent, ``head`` the newest there is. They differ where too much was missed: read on with ``after_seq``."""

    last_seq: int
    head: int


class ResumedChanges(msgspec.Struct, frozen=True, kw_only=True):
    """``last_change`` is how far what was sent goes, ``head`` the latest change there is. Where they differ resume once more from ``last_change``."""

    last_change: int
    head: int


class ResumedHidings(msgspec.Struct, frozen=True, kw_only=True):
    """``last_hiding`` is how far what was sent goes, ``head`` the latest there is. Where they differ resume once more from ``last_hiding``."""

    last_hiding: int
    head: int


@on_connect
def enter_conversations(connections: Sequence[Connection]) -> dict[Connection, list[str]]:
    """Be in all of one's conversations, from their present heads on."""
    heads = conversations.heads_of([UUID(connection.user_id) for connection in connections])
    rooms: dict[Connection, list[str]] = {}
    for connection in connections:
        positions = {conversation_room(conversation_id): head for conversation_id, head in heads.get(UUID(connection.user_id), ())}
        connection.positions.update(positions)
        rooms[connection] = list(positions)
    return rooms


@on_missed
async def correct_rooms(connections: Sequence[Connection]) -> None:
    """Conversations that began, or that a block closed, while this process heard nothing: each socket is told as it would have been."""
    since = time.monotonic()
    heads = await in_thread(conversations.heads_of, [UUID(connection.user_id) for connection in connections])
    for connection in connections:
        now = {conversation_room(conversation_id): (conversation_id, head) for conversation_id, head in heads.get(UUID(connection.user_id), ())}
        before = {room for room in connection.rooms if room.startswith(CONVERSATIONS)}
        wrong = {room for room in before ^ now.keys() if not connection.hub.touched_since(connection, [room], since)}
        for room in wrong & before:
            connection.leave(room)
            connection.deliver(frame(ConversationRemoved(conversation=UUID(room.removeprefix(CONVERSATIONS)))))
        for room in wrong - before:
            connection.join(room, now[room][1])
        if entered := [now[room][0] for room in wrong - before]:
            for shape in await in_thread(_listed, connection.user_id, entered):
                connection.deliver(frame(ConversationNew(conversation=shape)))


def _listed(user_id: str, conversation_ids: list[UUID]) -> list[ConversationShape]:
    return [conversation_shape(listed) for listed in conversation_details(User.objects.get(pk=user_id), conversation_ids)]


@on_resume("conversations", Annotated[dict[UUID, Position], msgspec.Meta(max_length=RESUME_CONVERSATIONS)], answer=dict[UUID, Resumed])
async def resume(connection: Connection, seen: dict[UUID, int]) -> dict[str, Resumed]:
    """Send what came after the messages the client saw last. Conversations that are not the client's are left out of the answer.

    One query says where nothing was missed; only the others are looked into.
    """
    answers = {}
    standings = await _standings(connection, seen)
    for conversation_id, seq in seen.items():
        room = conversation_room(conversation_id)
        filling = _filling(connection)
        if conversation_id not in standings or room not in connection.rooms:
            continue
        head = standings[conversation_id].last_seq
        if head <= seq:
            connection.positions[room] = max(connection.positions.get(room, head), head)
            answers[str(conversation_id)] = Resumed(last_seq=head, head=head)
            continue
        while room in filling:  # a gap before a live message: filled from where the socket began, not from where the client was
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        if room not in connection.rooms:
            continue
        filling[room] = False
        try:
            answers[str(conversation_id)] = await _catch_up(connection, conversation_id, seq)
        except NotFound:
            continue
        finally:
            del filling[room]
    return answers


@on_resume("changes", Annotated[dict[UUID, Position], msgspec.Meta(max_length=RESUME_CONVERSATIONS)], answer=dict[UUID, ResumedChanges])
async def resume_changes(connection: Connection, seen: dict[UUID, int]) -> dict[str, ResumedChanges]:
    """Send each message that was changed since, as it is now, once; not those that the same ``resume`` has just brought as they are."""
    known: dict[UUID, tuple[int, int]] = connection.resumed.get(KNOWN, {})
    answers = {}
    standings = await _standings(connection, seen)
    for conversation_id, change in seen.items():
        if conversation_id not in standings or conversation_room(conversation_id) not in connection.rooms:
            continue
        head = standings[conversation_id].last_change
        if head <= change:
            answers[str(conversation_id)] = ResumedChanges(last_change=change, head=head)
            continue
        try:
            answers[str(conversation_id)] = await _tell_changes(connection, conversation_id, change, known.get(conversation_id))
        except NotFound:
            continue
    return answers


@on_resume("hidings", Annotated[dict[UUID, Position], msgspec.Meta(max_length=RESUME_CONVERSATIONS)], answer=dict[UUID, ResumedHidings])
async def resume_hidings(connection: Connection, seen: dict[UUID, int]) -> dict[str, ResumedHidings]:
    """Send what the person deleted for themselves since, on whichever device."""
    answers = {}
    standings = await _standings(connection, seen)
    for conversation_id, hiding in seen.items():
        if (standing := standings.get(conversation_id)) is not None and conversation_room(conversation_id) in connection.rooms:
            answers[str(conversation_id)] = await _tell_hidings(connection, standing, hiding)
    return answers


@on_gap("conversation")
async def fill_gap(room: str, behind: list[Connection]) -> None:
    """Read once what any of these connections lacks, and give each its part."""
    taken = []
    for connection in behind:
        if room in (filling := _filling(connection)):
            filling[room] = True
        else:
            filling[room] = False
            taken.append(connection)
    try:
        waiting = taken
        conversation_id = UUID(room.partition(":")[2])
        while waiting := [connection for connection in waiting if room in connection.positions]:
            after = min(connection.positions[room] for connection in waiting)
            messages = await in_thread(messages_after, conversation_id, after, PAGE)
            for message in messages:
                text = frame(message_shape(message))
                for connection in waiting:
                    _give(connection, room, message.seq, text)
            looked_away = [connection for connection in waiting if _looked_away(connection, room)]
            if len(messages) < PAGE and not looked_away:
                break
            for connection in waiting:
                await connection.drained()
    finally:
        for connection in taken:
            del _filling(connection)[room]


@on_heartbeat
async def compare_heads(connections: Sequence[Connection]) -> None:
    """Find connections that are behind, in one query for all of them, and bring them up."""
    rooms: dict[str, list[Connection]] = {}
    for connection in connections:
        for room in connection.positions.keys() & connection.rooms:
            rooms.setdefault(room, []).append(connection)
    found = await in_thread(conversations.heads, [UUID(room.partition(":")[2]) for room in rooms])
    for conversation_id, head in found.items():
        room = conversation_room(conversation_id)
        if behind := [connection for connection in rooms[room] if connection.positions.get(room, head) < head]:
            await fill_gap(room, behind)


async def _catch_up(connection: Connection, conversation_id: UUID, seq: int) -> Resumed:
    """Send page after page until the connection is where live messages go on. While it lasts, live ones find a gap and wait for it.

    Raises NotFound, also where a block ends it in the middle.
    """
    room = conversation_room(conversation_id)
    start = connection.positions[room] = min(seq, connection.positions.get(room, seq))
    while room in connection.rooms:
        missed: Missed = await in_thread(_missed, connection.user_id, conversation_id, connection.positions[room])
        if room not in connection.rooms:
            break
        connection.resumed.setdefault(KNOWN, {}).setdefault(conversation_id, (start, missed.change))
        for message in missed.messages:
            _give(connection, room, message.seq, frame(message_shape(message)), hidden_before=True)
        last = max([message.seq for message in missed.messages], default=connection.positions[room])
        if missed.is_complete and not _looked_away(connection, room):
            connection.positions[room] = max(connection.positions[room], missed.head)
            return Resumed(last_seq=missed.head, head=missed.head)
        if last - start >= RESUME_MESSAGES and not missed.is_complete:
            connection.positions[room] = max(connection.positions[room], missed.head)
            return Resumed(last_seq=last, head=missed.head)
        await connection.drained()
    raise NotFound


async def _tell_changes(connection: Connection, conversation_id: UUID, change: int, known: tuple[int, int] | None) -> ResumedChanges:
    sent = 0
    while True:
        missed: MissedChanges = await in_thread(_missed_changes, connection.user_id, conversation_id, change, known)
        for message in missed.messages:
            connection.deliver(frame(change_shape(message)))
        change, sent = max(change, missed.last_change), sent + len(missed.messages)
        if missed.last_change == missed.head or sent >= RESUME_CHANGES:
            return ResumedChanges(last_change=change, head=missed.head)
        await connection.drained()


async def _tell_hidings(connection: Connection, standing: conversations.Standing, hiding: int) -> ResumedHidings:
    sent = 0
    while hiding < standing.last_hiding and sent < RESUME_CHANGES:
        hidings = await in_thread(hidings_after, standing.membership_id, hiding, PAGE)
        for hidden in hidings:
            connection.deliver(frame(hiding_shape(hidden)))
        hiding = max([hidden.number or 0 for hidden in hidings], default=hiding)
        if len(hidings) < PAGE:
            hiding = max(hiding, standing.last_hiding)  # of those that lack the messages are gone altogether
        sent += len(hidings)
        await connection.drained()
    return ResumedHidings(last_hiding=hiding, head=max(standing.last_hiding, hiding))


async def _standings(connection: Connection, seen: dict[UUID, int]) -> dict[UUID, conversations.Standing]:
    """Where these conversations stand. One section of a ``resume`` asks for those after it: what happens meanwhile is told live."""
    asked: dict[UUID, conversations.Standing | None] = connection.resumed.setdefault(STANDINGS, {})
    if unasked := [conversation_id for conversation_id in seen if conversation_id not in asked]:
        found = await in_thread(conversations.standings, UUID(connection.user_id), unasked)
        asked.update((conversation_id, found.get(conversation_id)) for conversation_id in unasked)
    return {conversation_id: standing for conversation_id in seen if (standing := asked[conversation_id]) is not None}


def _missed_changes(user_id: str, conversation_id: UUID, after_change: int, known: tuple[int, int] | None) -> MissedChanges:
    return changes_missed_by(User(pk=UUID(user_id)), conversation_id, after_change=after_change, limit=PAGE, known=known)


def _missed(user_id: str, conversation_id: UUID, after_seq: int) -> Missed:
    return missed_by(User(pk=UUID(user_id)), conversation_id, after_seq=after_seq, limit=PAGE)


def _give(connection: Connection, room: str, seq: int, text: str, *, hidden_before: bool = False) -> None:
    """Deliver a message unless the connection has it already. Where the person hid messages the numbers jump."""
    last = connection.positions.get(room)
    if last is not None and (seq == last + 1 or (hidden_before and seq > last)):
        connection.positions[room] = seq
        connection.deliver(text)


def _filling(connection: Connection) -> dict[str, bool]:
    filling: dict[str, bool] = connection.state.setdefault(FILLING, {})
    return filling


def _looked_away(connection: Connection, room: str) -> bool:
    """Whether a live message met a gap since this was last asked: then what was read may lack it."""
    filling = _filling(connection)
    looked_away, filling[room] = filling[room], False
    return looked_away
