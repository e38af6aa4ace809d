"""Messages and conversations as answers show them, over REST and over sockets alike."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.users.models import User
from chat.conversations.models import Membership
from chat.messages.models import MAX_BODY_LENGTH, MAX_TEMP_ID_LENGTH, HiddenMessage, Message
from chat.messages.selectors import Listed
from chat.messages.wire import QUOTE_LENGTH, ConversationShape, Member, MessageDeleted, MessageEdited, MessageNew, PersonUpdated, Quote
from chat.presence.selectors import Presence


def message_shape(message: Message) -> MessageNew:
    """A message that was read ``with_context``."""
    quoted = message.reply_to
    return MessageNew(
        id=message.pk,
        conversation=message.conversation_id,
        seq=message.seq,
        sender=message.sender_id,
        temp_id=message.temp_id,
        body=message.body,
        reply_to=Quote(id=quoted.pk, seq=quoted.seq, sender=quoted.sender_id, body=quoted.body[:QUOTE_LENGTH]) if quoted else None,
        created_at=message.created_at,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def change_shape(message: Message) -> MessageEdited | MessageDeleted:
    """The latest change of a message that was changed."""
    if message.edited_at is None or message.deleted_at is not None:
        return MessageDeleted(
            id=message.pk, conversation=message.conversation_id, seq=message.seq, change=message.change, hiding=None, for_everyone=True
        )
    return MessageEdited(
        id=message.pk,
        conversation=message.conversation_id,
        seq=message.seq,
        change=message.change or 0,
        body=message.body,
        edited_at=message.edited_at,
    )


def hiding_shape(hidden: HiddenMessage) -> MessageDeleted:
    """A message that one person deleted for themselves, as that person's devices hear of it."""
    message = hidden.message
    return MessageDeleted(id=message.pk, conversation=message.conversation_id, seq=message.seq, change=None, hiding=hidden.number, for_everyone=False)


def conversation_shape(listed: Listed) -> ConversationShape:
    mine = listed.membership
    return ConversationShape(
        id=mine.conversation_id,
        kind=mine.conversation.kind,
        people=[_member(other, listed.presence, sees_read=listed.sees_receipts) for other in listed.others],
        last_message=listed.last_message,
        last_seq=mine.conversation.last_seq,
        last_change=mine.conversation.last_change,
        last_hiding=mine.last_hiding,
        read_seq=mine.read_seq,
        unread_count=mine.unread_count,
        active_at=mine.active_at,
        created_at=mine.conversation.created_at,
    )


def _member(membership: Membership, presence: Mapping[UUID, Presence], *, sees_read: bool) -> Member:
    person = membership.person
    now = presence[person.pk]
    return Member(
        id=person.pk,
        username=person.username,
        name=person.name,
        avatar_url=person.avatar_url,
        avatar_blurhash=person.avatar_blurhash,
        is_verified=person.is_verified,
        is_deleted=person.erased_at is not None,
        presence=now.state,
        last_seen_at=now.last_seen_at,
        delivered_seq=membership.delivered_seq,
        read_seq=membership.shown_read_seq if sees_read else 0,
    )


def person_shape(person: User, *, sees_status: bool) -> PersonUpdated:
    return PersonUpdated(
        id=person.pk,
        username=person.username,
        name=person.name,
        avatar_url=person.avatar_url,
        avatar_blurhash=person.avatar_blurhash,
        is_verified=person.is_verified,
        is_deleted=person.erased_at is not None,
        status=person.status if sees_status else None,
        status_until=person.status_until if sees_status and person.status else None,
    )


class QuoteSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    sender = serializers.UUIDField(allow_null=True)
    body = serializers.CharField()


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    seq = serializers.IntegerField()
    sender = serializers.UUIDField(allow_null=True)
    temp_id = serializers.CharField()
    body = serializers.CharField()
    reply_to = QuoteSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)
    avatar_blurhash = serializers.CharField()
    is_verified = serializers.BooleanField()
    is_deleted = serializers.BooleanField(help_text="The account is gone, and what was written is left.")
    presence = serializers.ChoiceField(["online", "away", "busy", "offline"], allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    delivered_seq = serializers.IntegerField()
    read_seq = serializers.IntegerField()


class ConversationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    people = MemberSerializer(many=True)
    last_message = MessageSerializer(allow_null=True)
    last_seq = serializers.IntegerField()
    last_change = serializers.IntegerField(help_text="How many edits and deletions for everyone there were; what a client resumes from.")
    last_hiding = serializers.IntegerField(help_text="How many messages the viewer deleted for themselves; what their other devices resume from.")
    read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
    active_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class DirectRequest(serializers.Serializer[Any]):
    user = serializers.CharField(max_length=64, help_text="Id or username.")


class MessageRequest(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=MAX_BODY_LENGTH)
    temp_id = serializers.CharField(max_length=MAX_TEMP_ID_LENGTH, required=False, default="", allow_blank=True)
    reply_to = serializers.UUIDField(required=False, allow_null=True, default=None)


class EditRequest(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=MAX_BODY_LENGTH)


class ReadRequest(serializers.Serializer[Any]):
    seq = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, default=None, allow_null=True, help_text="Up to this message; all when left out."
    )


class ReadSerializer(serializers.Serializer[Any]):
    read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()


class UnreadSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    conversations = serializers.DictField(child=serializers.IntegerField(), help_text="Unread messages by conversation; those with none left out.")


class HistoryQuery(serializers.Serializer[Any]):
    after_seq = serializers.IntegerField(min_value=0, max_value=2**62, required=False, help_text="Oldest first, what came after this message.")
    around = serializers.UUIDField(required=False, help_text="Newest first, with this message in the middle of the page.")


class DeleteQuery(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(["everyone", "me"], default="everyone", help_text="For everyone (one's own messages), or for the viewer alone.")
