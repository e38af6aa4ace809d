"""Reads of messages, and of conversations together with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, DateTimeField, OuterRef, Q, QuerySet, Subquery, UUIDField

from accounts.users.models import User
from chat.conversations.models import Conversation, Membership
from chat.conversations.selectors import cleared_seq, membership_for
from chat.messages.cursors import decode_place, encode_place
from chat.messages.models import HiddenMessage, Message
from chat.messages.querysets import MessageQuerySet
from chat.messages.wire import QUOTE_LENGTH, MessageNew, Quote
from chat.presence.selectors import Presence, presence_of
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from core.queries import UUIDS, Ask, Prepared, asked, columns, columns_of, somebody, take

SHOWN = ("id", "conversation", "seq", "sender", "temp_id", "body", "created_at", "edited_at", "deleted_at")  # of MessageNew, under the same names
QUOTED = ("reply_to", "reply_to__seq", "reply_to__sender", "reply_to__body")
AFTER_ALL = 2**62
BEFORE_ALL_PLACES = datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1)  # where the first page of conversations begins
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as one person sees it in their list."""

    membership: Membership
    others: list[Membership]
    last_message: MessageNew | None
    presence: Mapping[UUID, Presence]
    sees_receipts: bool


def conversation_list(viewer: User, *, cursor: str | None = None, limit: int = 20) -> Page[Listed]:
    """The viewer's conversations, the one spoken in last first. The same few queries for any number of them.

    Raises Invalid("invalid_cursor").
    """
    active_at, conversation_id = decode_place(cursor) if cursor else BEFORE_ALL_PLACES
    found = [_membership(row) for row in _listed(viewer=viewer.pk, active_at=active_at, conversation=conversation_id, limit=limit)]
    items = found[:limit]
    more = encode_place(items[-1].active_at, items[-1].conversation_id) if len(found) > limit else None
    return Page(_with_people_and_words(viewer, items), more)


_listed = Prepared(
    lambda viewer, active_at, conversation, limit: (
        Membership.objects.listed(somebody(viewer))
        .filter(Q(active_at__lt=active_at) | Q(active_at=active_at, conversation__lt=conversation), active_at__lte=active_at)
        .order_by("-active_at", "-conversation")
        .values_list(*columns(Membership), *columns(Conversation, "conversation__"))[: limit + 1]
    ),
    viewer=UUIDField(),
    active_at=DateTimeField(),
    conversation=UUIDField(),
)


def _membership(row: tuple[Any, ...]) -> Membership:
    membership = take(Membership, row)
    membership.conversation = take(Conversation, row, len(columns_of(Membership)))
    return membership


def conversation_detail(viewer: User, conversation_id: UUID) -> Listed:
    """One conversation as in the list, also when the viewer deleted it. Raises NotFound."""
    return _with_people_and_words(viewer, [membership_for(viewer, conversation_id)])[0]


def conversation_details(viewer: User, conversation_ids: Iterable[UUID]) -> list[Listed]:
    """Those of the conversations that are in the viewer's list."""
    rows = Membership.objects.listed(viewer).select_related("conversation").filter(conversation__in=list(conversation_ids))
    return _with_people_and_words(viewer, list(rows))


def history(viewer: User, conversation_id: UUID, *, cursor: str | None = None, limit: int = 50) -> Page[Message]:
    """The messages of a conversation, newest first. Raises NotFound, Invalid("invalid_cursor")."""
    rows = _rows(viewer, conversation_id)
    if cursor:
        seq = _seq_at(conversation_id, cursor)
        rows = rows.filter(seq__lt=seq) if seq is not None else rows.none()
    return _page(list(rows.order_by("-seq")[: limit + 1]), limit)


def history_shapes(viewer: User, conversation_id: UUID, *, cursor: str | None = None, limit: int = 50, ask: Ask = asked) -> Page[MessageNew]:
    """``history`` as clients see it, read without making rows of it. Raises the same."""
    cleared = cleared_seq(viewer, conversation_id, ask=ask)
    before: int | None = AFTER_ALL
    if cursor:
        before = _seq_at(conversation_id, cursor)
    if before is None:
        return Page([], None)
    rows = ask(_shown, viewer=viewer.pk, conversation=conversation_id, after=cleared, before=before, limit=limit)
    return Page([_shape(row) for row in rows[:limit]], encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None)


_shown = Prepared(
    lambda viewer, conversation, after, before, limit: (
        Message.objects.filter(conversation=conversation, seq__gt=after, seq__lt=before)
        .shown_to(somebody(viewer))
        .order_by("-seq")
        .values_list(*SHOWN, *QUOTED)[: limit + 1]
    ),
    viewer=UUIDField(),
    conversation=UUIDField(),
    after=BigIntegerField(),
    before=BigIntegerField(),
)


def _shape(row: tuple[Any, ...]) -> MessageNew:
    quoted, seq, sender, body = row[len(SHOWN) :]
    reply_to = Quote(id=quoted, seq=seq, sender=sender, body=body[:QUOTE_LENGTH]) if quoted else None
    return MessageNew(**dict(zip(SHOWN, row, strict=False)), reply_to=reply_to)


def history_after(viewer: User, conversation_id: UUID, *, after_seq: int, cursor: str | None = None, limit: int = 50) -> Page[Message]:
    """What came after message ``after_seq``, oldest first. Raises NotFound, Invalid("invalid_cursor")."""
    rows = _rows(viewer, conversation_id).filter(seq__gt=after_seq)
    if cursor:
        seq = _seq_at(conversation_id, cursor)
        rows = rows.filter(seq__gt=seq) if seq is not None else rows.none()
    return _page(list(rows.order_by("seq")[: limit + 1]), limit)


def history_around(viewer: User, conversation_id: UUID, *, message_id: UUID, limit: int = 50) -> Page[Message]:
    """A page, newest first, with the message in its middle; its cursor leads on to what is older. Raises NotFound, also for the message."""
    rows = _rows(viewer, conversation_id)
    seq = rows.filter(pk=message_id).values_list("seq", flat=True).first()
    if seq is None:
        raise NotFound
    newer = list(rows.filter(seq__gt=seq).order_by("seq")[: limit // 2])
    older = list(rows.filter(seq__lte=seq).order_by("-seq")[: limit - len(newer) + 1])
    return _page([*reversed(newer), *older], limit)


def message_detail(viewer: User, message_id: UUID) -> Message:
    """Raises NotFound."""
    message = Message.objects.visible_to(viewer).with_context().filter(pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def unread_counts(viewer: User) -> dict[UUID, int]:
    """Unread messages of each conversation in the viewer's list that has any."""
    return dict(Membership.objects.listed(viewer).filter(unread_count__gt=0).values_list("conversation_id", "unread_count"))


def unread_conversation_count(viewer: User) -> int:
    """How many conversations of the viewer's list have something unread. Every page asks; counting ends where the badge says 99+."""
    return len(_with_unread(viewer=viewer.pk, most=MOST_COUNTED))


_with_unread = Prepared(  # on every page
    lambda viewer, most: Membership.objects.listed(somebody(viewer)).filter(unread_count__gt=0).values_list("pk")[:most], viewer=UUIDField()
)


@dataclass(frozen=True, slots=True)
class Missed:
    """Some of what a person missed in a conversation, in order; ``head`` is the newest number there was when it was read.

    The messages are as all changes up to number ``change`` left them, and perhaps later ones.
    """

    messages: list[Message]
    head: int
    change: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class MissedChanges:
    """Some of the messages that were changed since a person last heard, as they are now, in the order of their latest change.

    ``last_change`` is how far this goes, ``head`` the number of the latest change there was when it was read.
    """

    messages: list[Message]
    last_change: int
    head: int


def missed_by(viewer: User, conversation_id: UUID, *, after_seq: int, limit: int) -> Missed:
    """What the viewer has not got of a conversation. Raises NotFound."""
    membership = membership_for(viewer, conversation_id)
    head = membership.conversation.last_seq
    rows = Message.objects.filter(conversation=conversation_id, seq__gt=max(after_seq, membership.cleared_seq), seq__lte=head).shown_to(viewer)
    found = list(rows.with_context().order_by("seq")[: limit + 1])
    return Missed(found[:limit], head, membership.conversation.last_change, len(found) <= limit)


def changes_missed_by(viewer: User, conversation_id: UUID, *, after_change: int, limit: int, known: tuple[int, int] | None = None) -> MissedChanges:
    """What was edited or deleted in a conversation after change ``after_change``. Raises NotFound.

    Args:
        known: (seq, change): the viewer has the messages after ``seq`` as change ``change`` left them, so that is no news.
    """
    membership = membership_for(viewer, conversation_id)
    head = membership.conversation.last_change
    rows = Message.objects.filter(conversation=conversation_id, change__gt=after_change, change__lte=head, seq__gt=membership.cleared_seq)
    if known is not None:
        rows = rows.exclude(seq__gt=known[0], change__lte=known[1])
    found = list(rows.shown_to(viewer).order_by("change")[: limit + 1])
    return MissedChanges(found[:limit], head if len(found) <= limit else found[limit - 1].change or head, head)


def hidings_after(membership_id: UUID, number: int, limit: int) -> list[HiddenMessage]:
    """What a member deleted for themselves after hiding ``number``, in that order, with the messages."""
    return list(HiddenMessage.objects.filter(membership=membership_id, number__gt=number).select_related("message").order_by("number")[:limit])


def messages_after(conversation_id: UUID, seq: int, limit: int) -> list[Message]:
    """Messages by number, whoever asks: for sockets that are in the conversation and lost a live frame."""
    return list(Message.objects.filter(conversation=conversation_id, seq__gt=seq).with_context().order_by("seq")[:limit])


def messages_by_id(message_ids: Sequence[UUID]) -> list[Message]:
    """In the order they were numbered, whoever asks."""
    return list(Message.objects.filter(pk__in=message_ids).with_context().order_by("conversation", "seq"))


def _rows(viewer: User, conversation_id: UUID) -> MessageQuerySet:
    membership = membership_for(viewer, conversation_id)
    return Message.objects.filter(conversation=conversation_id, seq__gt=membership.cleared_seq).shown_to(viewer).with_context()


def _seq_at(conversation_id: UUID, cursor: str) -> int | None:
    """The number of the message a cursor names. A query of its own: of a subquery PostgreSQL does not know that it leaves 50 rows to read."""
    named = Message.objects.filter(pk=decode_cursor(cursor), conversation=conversation_id)
    return named.values_list("seq", flat=True).first()


def _page(found: list[Message], limit: int) -> Page[Message]:
    return Page(found[:limit], encode_cursor(found[limit - 1].pk) if len(found) > limit else None)


def _with_people_and_words(viewer: User, memberships: list[Membership]) -> list[Listed]:
    ids = [membership.conversation_id for membership in memberships]
    others: dict[UUID, list[Membership]] = {conversation_id: [] for conversation_id in ids}
    for row in _others(viewer=viewer.pk, ids=ids):
        other = take(Membership, row)
        other.person = take(User, row, len(columns_of(Membership)))
        others[other.conversation_id].append(other)
    presence = presence_of(viewer, [other.person for members in others.values() for other in members])
    shapes = [_shape(row) for row in _newest(viewer=viewer.pk, ids=[membership.pk for membership in memberships])]
    newest = {message.conversation: message for message in shapes}
    return [
        Listed(membership, others[membership.conversation_id], newest.get(membership.conversation_id), presence, viewer.sends_read_receipts)
        for membership in memberships
    ]


_others = Prepared(
    lambda viewer, ids: (
        Membership.objects.filter(conversation__pk__any=ids)
        .exclude(person=viewer)
        .order_by("id")
        .values_list(*columns(Membership), *columns(User, "person__"))
    ),
    viewer=UUIDField(),
    ids=UUIDS,
)


def _newest_of(viewer: Any) -> QuerySet[Message, Any]:
    """Of each membership the key of the newest message its person can see, from the head down: nearly always the first one looked at."""
    return (
        Message.objects.filter(conversation=OuterRef("conversation"), seq__gt=OuterRef("cleared_seq"))
        .shown_to(somebody(viewer))
        .order_by("-seq")
        .values("pk")[:1]
    )


_newest = Prepared(
    lambda viewer, ids: Message.objects.filter(pk__in=Membership.objects.filter(pk__any=ids).values_list(Subquery(_newest_of(viewer)))).values_list(
        *SHOWN, *QUOTED
    ),
    viewer=UUIDField(),
    ids=UUIDS,
)
