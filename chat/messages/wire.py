"""What socket clients see of messages, and the rooms they see it in."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.realtime.registry import Outbound

QUOTE_LENGTH = 200  # characters of a message that its replies show


def conversation_room(conversation_id: UUID | str) -> str:
    """Everyone in a conversation, on all their devices."""
    return f"conversation:{conversation_id}"


def person_room(person_id: UUID) -> str:
    """All devices of one person."""
    return f"user:{person_id}"


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The message another one replies to. ``body`` is its beginning; empty when it was deleted."""

    id: UUID
    seq: int
    sender: UUID | None
    body: str


class MessageNew(Outbound, type="message:new"):
    """A message of a conversation, to everyone in it, the sender included. ``seq`` counts up without gaps.

    Live, it arrives in order, once. A message deleted for everyone comes with ``deleted_at`` and an empty body.
    """

    id: UUID
    conversation: UUID
    seq: int
    sender: UUID | None
    temp_id: str
    body: str
    reply_to: Quote | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


class MessageSent(Outbound, type="message:sent"):
    """To the sender's other devices: this message of yours was taken."""

    id: UUID
    conversation: UUID
    seq: int
    temp_id: str
    created_at: datetime


class MessageEdited(Outbound, type="message:edited"):
    """The words of a message changed. ``change`` counts what is edited or deleted for everyone in the conversation: these are its words since."""

    id: UUID
    conversation: UUID
    seq: int
    change: int
    body: str
    edited_at: datetime


class MessageDeleted(Outbound, type="message:deleted"):
    """A message is gone: for everyone, or, where only the viewer deleted it, from the viewer's devices alone.

    For everyone it is a change and has its number; for the viewer it is a hiding, which the viewer's own ``hiding`` counts. The other number is null.
    """

    id: UUID
    conversation: UUID
    seq: int
    change: int | None
    hiding: int | None
    for_everyone: bool


class MessageStatus(Outbound, type="message:status"):
    """How far a person got: everything up to ``delivered_seq`` reached a device, everything up to ``read_seq`` was read.

    Comes in batches, the last word only. ``read_seq`` stands still for people who send no read receipts, and is 0 for those who see none.
    """

    conversation: UUID
    person: UUID
    delivered_seq: int
    read_seq: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Another person of a conversation. ``presence`` is online, away, busy, offline, or null where it is not shown; the rest as in message:status.

    ``is_deleted``: the account is gone, and what was written is left.
    """

    id: UUID
    username: str
    name: str
    avatar_url: str | None
    avatar_blurhash: str
    is_verified: bool
    is_deleted: bool
    presence: str | None
    last_seen_at: datetime | None
    delivered_seq: int
    read_seq: int


class ConversationShape(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as one person sees it. ``last_hiding``, ``read_seq`` and ``unread_count`` are that person's own."""

    id: UUID
    kind: str
    people: list[Member]
    last_message: "MessageNew | None"
    last_seq: int
    last_change: int
    last_hiding: int
    read_seq: int
    unread_count: int
    active_at: datetime
    created_at: datetime


class ConversationNew(Outbound, type="conversation:new"):
    """A conversation is in the list: new, back after it was deleted, or open again after a block was lifted."""

    conversation: ConversationShape


class ConversationUpdated(Outbound, type="conversation:updated"):
    """To a person's own devices: how far they read, and how many messages are left."""

    conversation: UUID
    read_seq: int
    unread_count: int


class ConversationRemoved(Outbound, type="conversation:removed"):
    """A conversation is out of the list: deleted by this person, or closed by a block."""

    conversation: UUID


class PersonUpdated(Outbound, type="person:updated"):
    """Somebody one has a conversation with, or oneself on another device, is called or looks another way: everything, as it is now.

    ``status`` is what they say they are up to, until ``status_until`` where that is set; null where one does not see their presence.
    """

    id: UUID
    username: str
    name: str
    avatar_url: str | None
    avatar_blurhash: str
    is_verified: bool
    is_deleted: bool
    status: str | None
    status_until: datetime | None


class TypingUpdate(Outbound, type="typing:update"):
    """Somebody started or stopped writing. A start is over after 5 s even when no stop follows: the server sends one."""

    conversation: UUID
    user: UUID
    typing: bool
