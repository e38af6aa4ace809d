from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from accounts.users.models import User
from chat.conversations.querysets import ConversationQuerySet, MembershipQuerySet
from core.models import BaseModel


class Conversation(BaseModel):
    """A place where messages stand in one order, and what was changed of them in another.

    ``last_seq`` is the number of the newest message, ``last_change`` that of the latest edit or deletion for everyone; both count up without gaps.
    Whoever adds or changes messages holds this row's lock.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct", "Direct"
        GROUP = "group", "Group"

    kind = models.CharField(max_length=10, choices=Kind)
    direct_key = models.CharField(
        max_length=64, null=True, blank=True, unique=True, help_text="The two people's keys in order: two people have one direct conversation."
    )
    last_seq = models.PositiveBigIntegerField(default=0)
    last_change = models.PositiveBigIntegerField(default=0, db_default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ConversationQuerySet] = ConversationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="direct", direct_key__isnull=False) | (~models.Q(kind="direct") & models.Q(direct_key=None)),
                name="conversation_direct_has_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} conversation {self.id}"


class Membership(BaseModel):
    """A person in a conversation: how far they got, what they still see of it, and where it stands in their list.

    The ``…_seq`` columns are watermarks: everything up to and including that message. ``shown_read_seq`` is what others may see of ``read_seq``;
    it stands still while the person sends no read receipts.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    unread_count = models.PositiveIntegerField(default=0, help_text="Messages by others after read_seq that were not deleted.")
    delivered_seq = models.PositiveBigIntegerField(default=0)
    read_seq = models.PositiveBigIntegerField(default=0)
    shown_read_seq = models.PositiveBigIntegerField(default=0)
    cleared_seq = models.PositiveBigIntegerField(default=0, help_text="The person deleted the conversation up to here; only later messages show.")
    last_hiding = models.PositiveBigIntegerField(default=0, db_default=0, help_text="How many messages the person deleted for themselves alone.")
    active_at = models.DateTimeField(db_default=Now(), help_text="Time of the last message, by the database's clock: the order of the list.")
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="Deleted by this person; the next message brings it back.")

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "person"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(delivered_seq__gte=models.F("read_seq")), name="membership_read_was_delivered"),
            models.CheckConstraint(condition=models.Q(read_seq__gte=models.F("shown_read_seq")), name="membership_shown_was_read"),
        ]
        indexes = [
            models.Index(fields=["person", "-active_at", "-conversation"], name="membership_list", condition=models.Q(hidden_at=None)),
            models.Index(
                fields=["person"], include=["conversation", "unread_count"], name="membership_unread", condition=models.Q(unread_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at_hand('person')} in {self.conversation_id}"


def direct_key(one: UUID, other: UUID) -> str:
    """The name two people's direct conversation has, whoever asks."""
    return "".join(sorted((one.hex, other.hex)))
