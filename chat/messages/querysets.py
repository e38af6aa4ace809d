"""Which messages exist for whom: those of the viewer's conversations, after the point the viewer cleared, less those the viewer deleted."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

if TYPE_CHECKING:
    from accounts.users.models import User
    from chat.messages.models import Message  # noqa: F401 - named in the base class below


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, viewer: "User | None") -> "MessageQuerySet":
        if viewer is None:
            return self.none()
        membership = apps.get_model("chat_conversations", "Membership")
        mine = membership.objects.of(viewer).filter(conversation=OuterRef("conversation_id"), cleared_seq__lt=OuterRef("seq"))
        return self.filter(Exists(mine)).shown_to(viewer)

    def shown_to(self, viewer: "User") -> "MessageQuerySet":
        """Less what the viewer deleted for themselves; for callers who have looked at the membership already."""
        hidden = apps.get_model("chat_messages", "HiddenMessage")
        return self.exclude(Exists(hidden.objects.filter(person=viewer.pk, message=OuterRef("pk"))))

    def with_context(self) -> "MessageQuerySet":
        """With the sender and the message replied to, as answers show them."""
        return self.select_related("sender", "reply_to__sender")
