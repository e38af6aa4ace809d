"""Notifications as clients see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.users.serializers import PersonSerializer
from notifications.inbox import wording
from notifications.inbox.models import Kind, Notification


class TargetSerializer(serializers.Serializer[Any]):
    """What it is about."""

    kind = serializers.CharField(source="target_kind")
    id = serializers.UUIDField(source="target_id")


class NotificationSerializer(serializers.ModelSerializer):
    """One line of the inbox. ``actor`` did the latest thing in it; ``actor_count`` counts everyone in it."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    actor = PersonSerializer(allow_null=True)
    target = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="The whole sentence, in English.")
    excerpt = serializers.CharField(help_text="The beginning of the post or comment of one's own that it is about; empty where there is none.")
    url = serializers.CharField(source="path", help_text="The page it leads to.")
    is_read = serializers.BooleanField()
    updated_at = serializers.DateTimeField(help_text="When the latest thing in it happened.")

    class Meta:
        model = Notification
        fields = ["id", "kind", "actor", "actor_count", "target", "text", "excerpt", "url", "is_read", "updated_at"]
        read_only_fields = fields

    @extend_schema_field(TargetSerializer(allow_null=True))
    def get_target(self, notification: Notification) -> dict[str, Any] | None:
        return dict(TargetSerializer(notification).data) if notification.target_id else None

    def get_text(self, notification: Notification) -> str:
        return wording.sentence(notification)


class UnreadNotificationsSerializer(serializers.Serializer[Any]):
    unread = serializers.IntegerField(help_text="Unread notifications; 100 stands for that many or more.")


class InboxQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(default=False, help_text="Only unread ones.")
