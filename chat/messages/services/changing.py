"""Changing and taking back what was said."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from accounts.users.models import User
from chat.conversations.models import Conversation, Membership
from chat.conversations.querysets import MembershipQuerySet
from chat.messages import policies
from chat.messages.drafts import clean_body
from chat.messages.events import MessageDeleted, MessageEdited, MessageHidden
from chat.messages.models import HiddenMessage, Message
from core.errors import Forbidden, NotFound
from core.events.outbox import emit


def edit_message(*, actor: User, message_id: UUID, body: str) -> Message:
    """Change the words of a message of one's own. The same words again change nothing.

    Raises:
        Invalid: as ``clean_body`` says.
        NotFound: not there for the actor.
        Forbidden("not_your_message"): somebody else's, or deleted.
    Events: MessageEdited.
    """
    body = clean_body(body)
    with transaction.atomic():
        message = _lock(actor, message_id)
        if not policies.can_change(actor, message):
            raise Forbidden("Only its sender can edit a message.", code="not_your_message")
        if message.body != body:
            Message.objects.filter(pk=message.pk).update(body=body, edited_at=Now(), change=_next_change(message))
            message.refresh_from_db(fields=["body", "edited_at", "change"])
            emit(MessageEdited(message_id=message.pk))
        return message


def delete_message(*, actor: User, message_id: UUID) -> None:
    """Take a message of one's own back, for everyone. Its number stays, its words go. Again changes nothing.

    Raises:
        NotFound: not there for the actor.
        Forbidden("not_your_message"): somebody else's.
    Events: MessageDeleted.
    """
    with transaction.atomic():
        message = _lock(actor, message_id)
        if message.sender_id != actor.pk:
            raise Forbidden("Only its sender can delete a message for everyone.", code="not_your_message")
        if message.deleted_at is None:
            _no_longer_unread(message, Membership.objects.all())
            Message.objects.filter(pk=message.pk).update(body="", deleted_at=Now(), change=_next_change(message))
            emit(MessageDeleted(message_id=message.pk))


def hide_message(*, actor: User, message_id: UUID) -> None:
    """Delete a message for ``actor`` alone. Again it is not there. Raises NotFound. Events: MessageHidden."""
    with transaction.atomic():
        message = _lock(actor, message_id)
        _no_longer_unread(message, Membership.objects.filter(person=actor))
        membership = Membership.objects.get(conversation=message.conversation_id, person=actor)
        number = membership.last_hiding + 1  # the conversation is ours, and so are all counts in it
        Membership.objects.filter(pk=membership.pk).update(last_hiding=number)
        HiddenMessage.objects.create(person=actor, message=message, membership=membership, number=number)
        emit(MessageHidden(message_id=message.pk, person_id=actor.pk))


def _lock(actor: User, message_id: UUID) -> Message:
    """The message as it is once its conversation is ours."""
    visible = Message.objects.visible_to(actor).filter(pk=message_id)
    conversation_id = visible.values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        raise NotFound
    Conversation.objects.select_for_update(no_key=True).get(pk=conversation_id)
    message = visible.with_context().first()
    if message is None:
        raise NotFound
    return message


def _next_change(message: Message) -> int:
    """The number of one more change in the message's conversation, which is ours."""
    Conversation.objects.filter(pk=message.conversation_id).update(last_change=F("last_change") + 1)
    return Conversation.objects.values_list("last_change", flat=True).get(pk=message.conversation_id)


def _no_longer_unread(message: Message, memberships: MembershipQuerySet) -> None:
    """Take a message that is about to disappear for these members out of the counts of those who had not read it."""
    if message.deleted_at is None:
        memberships.filter(conversation=message.conversation_id, read_seq__lt=message.seq).exclude(person=message.sender_id).exclude(
            Exists(HiddenMessage.objects.filter(message=message, person=OuterRef("person_id")))
        ).update(unread_count=F("unread_count") - 1)
