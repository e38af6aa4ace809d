"""Archives and deletions as answers show them, and what the doors take."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.data.models import Export
from accounts.data.selectors import download_url


class ExportSerializer(serializers.ModelSerializer):
    """An archive of one's own. ``url`` is there while ``state`` is ``ready``: signed, good for minutes, so ask again rather than keep it."""

    state = serializers.ChoiceField(choices=Export.State.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="In percent.")
    size = serializers.IntegerField(min_value=0, help_text="Bytes; 0 until it is ready.")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = ["id", "state", "progress", "size", "created_at", "ready_at", "expires_at", "url"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_url(self, export: Export) -> str | None:
        if export.state != Export.State.READY:
            return None
        return str(self.context["request"].build_absolute_uri(download_url(export, self.context["viewer"].username)))


class DeletionSerializer(serializers.Serializer[Any]):
    erase_at = serializers.DateTimeField(help_text="When everything goes. Until then signing in offers to keep the account.")


class RestoreRequest(serializers.Serializer[Any]):
    restore_token = serializers.CharField(max_length=200, help_text="From the error `account_leaving` of signing in.")
