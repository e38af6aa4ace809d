"""Which conversations exist for whom. A direct conversation is gone for both as long as either blocks the other."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from accounts.users.models import User
    from chat.conversations.models import Conversation, Membership  # noqa: F401 - named in the base classes below


def blocked_directs() -> Exists:
    """True of a membership whose direct conversation stands closed by a block."""
    membership, block = apps.get_model("chat_conversations", "Membership"), apps.get_model("social_graph", "Block")
    person, other = OuterRef(OuterRef("person_id")), OuterRef("person_id")
    between = Q(blocker=other, blocked=person) | Q(blocked=other, blocker=person)
    others = membership.objects.filter(conversation=OuterRef("conversation_id"), conversation__kind="direct").exclude(person=OuterRef("person_id"))
    return Exists(others.filter(Exists(block.objects.filter(between))))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, viewer: "User") -> "MembershipQuerySet":
        """The viewer's memberships of conversations that exist for them, the ones they deleted included."""
        return self.open().filter(person=viewer.pk)

    def open(self) -> "MembershipQuerySet":
        """Anybody's memberships of conversations that no block closes."""
        return self.filter(~blocked_directs())

    def listed(self, viewer: "User") -> "MembershipQuerySet":
        """What the viewer's list of conversations shows."""
        return self.of(viewer).filter(hidden_at=None)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, viewer: "User | None") -> "ConversationQuerySet":
        if viewer is None:
            return self.none()
        membership = apps.get_model("chat_conversations", "Membership")
        return self.filter(Exists(membership.objects.of(viewer).filter(conversation=OuterRef("pk"))))
