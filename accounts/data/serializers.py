"""Archives and deletions as answers show them, and what the doors take."""

from typing import Any

from rest_framework import serializers

from accounts.data.models import Export


class ExportSerializer(serializers.ModelSerializer):
    """An archive of one's own. While ``state`` is ``ready`` it can be downloaded."""

    state = serializers.ChoiceField(choices=Export.State.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="In percent.")
    size = serializers.IntegerField(min_value=0, help_text="Bytes; 0 until it is ready.")

    class Meta:
        model = Export
        fields = ["id", "state", "progress", "size", "created_at", "ready_at", "expires_at"]
        read_only_fields = fields


class DownloadSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Signed, and open to whoever has it: fetch it at once, without a token, and ask again rather than keep it.")
    expires_in = serializers.IntegerField(help_text="Seconds to begin the download in.")


class DeletionSerializer(serializers.Serializer[Any]):
    erase_at = serializers.DateTimeField(help_text="When everything goes. Until then signing in offers to keep the account.")


class RestoreRequest(serializers.Serializer[Any]):
    restore_token = serializers.CharField(max_length=200, help_text="From the error `account_leaving` of signing in.")
