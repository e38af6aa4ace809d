"""Reports as their makers send and see them."""

from typing import Any

from rest_framework import serializers

from core import reportable
from moderation.reports.models import MAX_NOTE_LENGTH, Reason, Report


class ReportRequestSerializer(serializers.Serializer[Any]):
    """What is wrong with what."""

    kind = serializers.CharField(max_length=20, help_text="post, comment or person.")
    id = serializers.UUIDField(help_text="Of the thing.")
    reason = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(max_length=MAX_NOTE_LENGTH, allow_blank=True, default="")

    def validate_kind(self, kind: str) -> str:
        if reportable.of_kind(kind) is None:
            raise serializers.ValidationError(f"One of: {', '.join(reportable.kinds())}.")
        return kind


class ReportSerializer(serializers.ModelSerializer):
    """A report as its maker sees it: what the moderators do with it is told in the inbox."""

    kind = serializers.CharField(source="case.kind")
    target_id = serializers.UUIDField(source="case.target_id")

    class Meta:
        model = Report
        fields = ["id", "kind", "target_id", "reason", "note", "created_at"]
        read_only_fields = fields
