"""Starting and leaving conversations.

Locks: whoever writes messages or memberships holds the rows of the conversations concerned, taken in the order of their keys.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from accounts.users.models import User
from chat.conversations import policies
from chat.conversations.events import ConversationCleared, ConversationCreated, ConversationReopened
from chat.conversations.models import Conversation, Membership, direct_key
from core.errors import Invalid, NotFound
from core.events.outbox import emit
from social.graph.policies import is_blocked_between


def create_direct(*, actor: User, target: User) -> Conversation:
    """The one direct conversation of two people, made where there is none yet. Back in the actor's list where they had deleted it.

    Whom ``target`` takes messages from is asked only for a new conversation: who was written to can always answer.

    Raises:
        Invalid("conversation_with_oneself"): the two are one.
        NotFound: either blocks the other, or the target is not there for the actor or takes no new conversations from them: they look alike.
    Events: ConversationCreated, once, however many ask at the same time; ConversationReopened where it is back.
    """
    if actor == target:
        raise Invalid("A conversation takes two people.", code="conversation_with_oneself")
    key = direct_key(actor.pk, target.pk)
    with transaction.atomic():
        conversation = Conversation.objects.filter(direct_key=key).first()
        if conversation is not None:
            if is_blocked_between(actor, target):
                raise NotFound
            if Membership.objects.filter(conversation=conversation, person=actor).exclude(hidden_at=None).update(hidden_at=None):
                emit(ConversationReopened(conversation_id=conversation.pk, person_id=actor.pk))
            return conversation
        if not policies.can_start_conversation(actor, target):
            raise NotFound
        return _insert_direct(key, [actor, target])


def clear_conversation(*, actor: User, conversation_id: UUID) -> None:
    """Delete a conversation for ``actor`` alone: out of their list and emptied, until the next message brings it back with that message.

    Raises NotFound. Events: ConversationCleared.
    """
    with transaction.atomic():
        conversation = Conversation.objects.visible_to(actor).select_for_update(no_key=True, of=("self",)).filter(pk=conversation_id).first()
        if conversation is None:
            raise NotFound
        Membership.objects.filter(conversation=conversation, person=actor).update(
            cleared_seq=conversation.last_seq,
            delivered_seq=Greatest(F("delivered_seq"), conversation.last_seq),
            read_seq=conversation.last_seq,
            unread_count=0,
            hidden_at=Now(),
        )
        emit(ConversationCleared(conversation_id=conversation.pk, person_id=actor.pk))


def _insert_direct(key: str, people: list[User]) -> Conversation:
    """Insert unless another transaction did in the meantime: PostgreSQL waits for that one, and then its row is ours too."""
    new = Conversation(kind=Conversation.Kind.DIRECT, direct_key=key)
    Conversation.objects.bulk_create([new], ignore_conflicts=True)
    conversation = Conversation.objects.get(direct_key=key)
    if conversation.pk == new.pk:
        Membership.objects.bulk_create([Membership(conversation=conversation, person=person) for person in people])
        emit(ConversationCreated(conversation_id=conversation.pk))
    return conversation
