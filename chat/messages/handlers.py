"""Telling sockets what happened in conversations."""

from collections.abc import Iterable
from uuid import UUID

from accounts.users.events import ProfileUpdated
from accounts.users.models import User
from chat.conversations.events import ConversationCleared, ConversationCreated, ConversationReopened
from chat.conversations.models import Conversation, Membership, direct_key
from chat.conversations.selectors import companion_ids, member_ids
from chat.messages import recent, wire
from chat.messages.events import MessageDeleted, MessageEdited, MessageHidden, MessagesSent, ReceiptsMoved
from chat.messages.models import HiddenMessage, Message
from chat.messages.selectors import conversation_details, messages_by_id
from chat.messages.serializers import change_shape, conversation_shape, hiding_shape, message_shape, person_shape
from chat.messages.wire import conversation_room, person_room
from chat.presence.selectors import who_may_know
from core.events.registry import on
from core.realtime.push import join, leave, push, push_in_order
from social.graph.events import Blocked, Unblocked

SEEN = {"username", "display_name", "avatar_key", "is_verified", "status_text", "status_until"}  # fields of people that their companions see
TOLD_AT_ONCE = 500  # rooms in one push


@on(MessagesSent, prompt=True)
def tell_messages(event: MessagesSent) -> None:
    """To everyone in the conversation, in order; to the sender's other devices that it was taken."""
    for conversation_id, person_id in event.revived:
        _tell_conversation(conversation_id, [person_id])
    for message, origin in _payloads(event.message_ids):
        push_in_order(conversation_room(message.conversation), message, message.seq)
        if message.sender is not None:
            taken = wire.MessageSent(
                id=message.id, conversation=message.conversation, seq=message.seq, temp_id=message.temp_id, created_at=message.created_at
            )
            push(person_room(message.sender), taken, exclude=origin)


@on(MessageEdited)
def tell_edit(event: MessageEdited) -> None:
    message = Message.objects.get(pk=event.message_id)
    if message.edited_at is not None and message.deleted_at is None:
        push(conversation_room(message.conversation_id), change_shape(message))


@on(MessageDeleted)
def tell_deletion(event: MessageDeleted) -> None:
    message = Message.objects.get(pk=event.message_id)
    push(conversation_room(message.conversation_id), change_shape(message))
    _tell_counts(Membership.objects.filter(conversation=message.conversation_id, read_seq__lt=message.seq).exclude(person=message.sender_id))


@on(MessageHidden)
def tell_hiding(event: MessageHidden) -> None:
    """To the devices of whoever did it, and nobody else."""
    hidden = HiddenMessage.objects.select_related("message").get(message=event.message_id, person=event.person_id)
    push(person_room(event.person_id), hiding_shape(hidden))
    _tell_counts(Membership.objects.filter(conversation=hidden.message.conversation_id, person=event.person_id))


@on(ReceiptsMoved, prompt=True)
def tell_receipts(event: ReceiptsMoved) -> None:
    """To the others how far somebody got, without what was read for those who see no read receipts; to the reader's devices what is left."""
    movers = {(receipt.conversation_id, receipt.person_id) for receipt in event.receipts}
    members: dict[UUID, list[Membership]] = {}
    for membership in Membership.objects.filter(conversation__in={conversation for conversation, _ in movers}).select_related("person"):
        members.setdefault(membership.conversation_id, []).append(membership)
    for conversation_id, people in members.items():
        for mover in people:
            if (conversation_id, mover.person_id) not in movers:
                continue
            for sees_read in (True, False):
                rooms = [person_room(other.person_id) for other in people if other != mover and other.person.sends_read_receipts == sees_read]
                push(rooms, _status(mover, sees_read=sees_read))
            push(person_room(mover.person_id), _counts(mover))


@on(ConversationCreated)
def tell_new_conversation(event: ConversationCreated) -> None:
    _open(event.conversation_id)


@on(ConversationReopened)
def tell_conversation_that_is_back(event: ConversationReopened) -> None:
    _tell_conversation(event.conversation_id, [event.person_id])


@on(ConversationCleared)
def tell_cleared_conversation(event: ConversationCleared) -> None:
    push(person_room(event.person_id), wire.ConversationRemoved(conversation=event.conversation_id))


@on(Blocked)
def close_conversation(event: Blocked) -> None:
    """Neither hears anything of the other's any more, and both see the conversation go."""
    if (conversation_id := _direct_between(event.blocker_id, event.blocked_id)) is not None:
        for person_id in (event.blocker_id, event.blocked_id):
            leave(person_id, conversation_room(conversation_id))
            push(person_room(person_id), wire.ConversationRemoved(conversation=conversation_id))


@on(Unblocked)
def reopen_conversation(event: Unblocked) -> None:
    """Both see the conversation again, unless the other one blocks as well."""
    if (conversation_id := _direct_between(event.blocker_id, event.blocked_id)) is not None:
        _open(conversation_id)


@on(ProfileUpdated)
def tell_appearance(event: ProfileUpdated) -> None:
    """To whoever has a conversation with a person: what they are called, how they look, and to those who see their presence what they are up to.

    Nothing where something else changed, which would only tell that they are there.
    """
    person = User.objects.filter(pk=event.user_id).first()
    if person is None or not _is_seen(event.fields, person):
        return
    others = companion_ids(person)
    is_there = User.objects.active().filter(pk=person.pk).exists()
    may_know = {*who_may_know(person, others), person.pk} if is_there else {person.pk}
    for sees_status in (True, False):
        rooms = [person_room(one) for one in (*others, person.pk) if (one in may_know) == sees_status]
        for start in range(0, len(rooms), TOLD_AT_ONCE):
            push(rooms[start : start + TOLD_AT_ONCE], person_shape(person, sees_status=sees_status))


def _is_seen(fields: list[str], person: User) -> bool:
    return not SEEN.isdisjoint(fields) or bool("presence_shown_to" in fields and person.status)


def tell_typing(conversation_id: UUID, person_id: UUID, *, is_typing: bool) -> None:
    """To the others in a conversation. Nothing is kept of it: who misses it misses nothing."""
    push(
        conversation_room(conversation_id), wire.TypingUpdate(conversation=conversation_id, user=person_id, typing=is_typing), exclude=str(person_id)
    )


def _payloads(message_ids: list[UUID]) -> Iterable[tuple[wire.MessageNew, str | None]]:
    remembered = {message_id: payload for message_id in message_ids if (payload := recent.recall(message_id))}
    forgotten = [message_id for message_id in message_ids if message_id not in remembered]
    if forgotten:  # sent by a process that died, and told by the sweeper
        yield from ((message_shape(message), None) for message in messages_by_id(forgotten))
    for payload in remembered.values():
        yield payload.message, payload.origin


def _direct_between(one: UUID, other: UUID) -> UUID | None:
    return Conversation.objects.filter(direct_key=direct_key(one, other)).values_list("pk", flat=True).first()


def _open(conversation_id: UUID) -> None:
    people = member_ids(conversation_id)
    _tell_conversation(conversation_id, people, enter=True)


def _tell_conversation(conversation_id: UUID, person_ids: Iterable[UUID], *, enter: bool = False) -> None:
    """To each person the conversation as they see it; to none for whom it does not exist or who deleted it."""
    for person in User.objects.filter(pk__in=list(person_ids)):
        for listed in conversation_details(person, [conversation_id]):
            if enter:
                join(person.pk, conversation_room(conversation_id), listed.membership.conversation.last_seq)
            push(person_room(person.pk), wire.ConversationNew(conversation=conversation_shape(listed)))


def _tell_counts(memberships: "Iterable[Membership]") -> None:
    for membership in memberships:
        push(person_room(membership.person_id), _counts(membership))


def _counts(membership: Membership) -> wire.ConversationUpdated:
    return wire.ConversationUpdated(conversation=membership.conversation_id, read_seq=membership.read_seq, unread_count=membership.unread_count)


def _status(membership: Membership, *, sees_read: bool) -> wire.MessageStatus:
    return wire.MessageStatus(
        conversation=membership.conversation_id,
        person=membership.person_id,
        delivered_seq=membership.delivered_seq,
        read_seq=membership.shown_read_seq if sees_read else 0,
    )
