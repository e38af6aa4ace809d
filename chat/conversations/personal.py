"""What of this slice belongs to a person."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.users.models import User
from accounts.users.personal import named
from chat.conversations.models import Conversation, Membership
from chat.conversations.querysets import ConversationQuerySet
from core.personal_data import Document, Keeper, Row, Trace

BATCH = 200


def conversations(person: User) -> Iterator[Row]:
    memberships = Membership.objects.of(person).select_related("conversation").order_by("id")
    for membership in memberships.prefetch_related("conversation__memberships__person").iterator(chunk_size=BATCH):
        others = [other for other in membership.conversation.memberships.all() if other.person_id != person.pk]
        yield {
            "id": membership.conversation_id,
            "kind": membership.conversation.kind,
            "with": [named(other.person) for other in others],
            "begun_at": membership.conversation.created_at,
            "last_message_at": membership.conversation.last_message_at,
            "unread": membership.unread_count,
        }


def left_to_nobody(person: User) -> ConversationQuerySet:
    """Conversations whose every other member is gone already, so that with ``person`` nobody is left to read them."""
    others = Membership.objects.filter(conversation=OuterRef("pk"), person__erased_at=None).exclude(person=person)
    return Conversation.objects.filter(~Exists(others), memberships__person=person)


def erase(person: User) -> None:
    """The conversations of others stay whole, and the person's place in them."""
    while keys := list(left_to_nobody(person).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Conversation.objects.filter(pk__in=keys).delete()


KEEPER = Keeper(
    name="chat.conversations",
    documents=(Document("conversations", "Conversations", conversations),),
    erase=erase,
    traces=(
        Trace(
            field="chat_conversations.Membership.person",
            document="conversations",
            kept="The others in it keep their conversation, which is with somebody, if without a name.",
        ),
    ),
)
