from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import BaseModel, uuid7
from notifications.inbox.querysets import NotificationQuerySet


class Kind(models.TextChoices):
    FOLLOW = "follow", "Follow"
    FOLLOW_REQUEST = "follow_request", "Follow request"
    FOLLOW_APPROVED = "follow_approved", "Follow request approved"
    FRIEND_REQUEST = "friend_request", "Friend request"
    FRIEND_ACCEPT = "friend_accept", "Friend request accepted"
    LIKE = "like", "Like"
    COMMENT = "comment", "Comment"
    REPLY = "reply", "Reply"
    MESSAGE = "message", "Message"
    MODERATION = "moderation", "Moderation"
    DATA = "data", "Your data"


class Notification(BaseModel):
    """One line of somebody's inbox. While it is unread, everything of the same ``group_key`` joins it: "Ana and 12 others liked your post".

    ``position`` is the time-ordered key of the latest thing in it: the order of the inbox, and its cursor.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    group_key = models.CharField(max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Who did the latest thing in it."
    )
    actor_count = models.PositiveIntegerField(default=0, help_text="Different people in it.")
    target_kind = models.CharField(max_length=12, blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    path = models.CharField(max_length=200, help_text="Where it leads.")
    text = models.CharField(max_length=300, blank=True, help_text="Words of its own, where the kind has no fixed ones.")
    up_to = models.PositiveBigIntegerField(default=0, help_text="For messages: the number of the latest one it tells of.")
    position = models.UUIDField(default=uuid7, unique=True)
    read_at = models.DateTimeField(null=True, blank=True)

    excerpt = ""  # of what it is about, where ``selectors.complete`` has asked

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "group_key"], condition=Q(read_at=None), name="notification_one_unread_in_group"),
            models.CheckConstraint(condition=Q(actor=None) | ~Q(actor=models.F("recipient")), name="notification_not_from_oneself"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-position"], name="notification_inbox"),
            models.Index(fields=["recipient", "group_key", "-up_to"], name="notification_group"),
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(read_at=None)),
            models.Index(fields=["target_id"], name="notification_target", condition=Q(target_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.at_hand('recipient')}"

    @property
    def updated_at(self) -> datetime:
        """When the latest thing in it happened: a UUIDv7 begins with its milliseconds."""
        return datetime.fromtimestamp((self.position.int >> 80) / 1000, UTC)

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class Cause(BaseModel):
    """One thing a notification tells of. It outlives being read, so that nobody hears of the same thing twice."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="causes", db_index=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    thing = models.CharField(max_length=120, help_text="What happened, named so that the same thing has the same name.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "thing"], name="notification_cause_once")]
        indexes = [
            models.Index(fields=["notification", "actor"], name="notification_cause_actors"),
            models.Index(fields=["thing"], name="notification_cause_thing"),
        ]

    def __str__(self) -> str:
        return self.thing
