"""What the doors of this slice take and show."""

from rest_framework import serializers

from accounts.users.models import User
from accounts.users.serializers import PersonSerializer


class PortraitSerializer(serializers.Serializer):
    upload = serializers.UUIDField(help_text="A finished upload of the viewer's, of the kind that is asked for.")


class ProfileSerializer(PersonSerializer):
    """A person as somebody meets them on their profile."""

    cover_url = serializers.CharField(allow_null=True)
    birth_date = serializers.DateField(source="shown_birth_date", allow_null=True, help_text="Null where it is not shown.")
    status = serializers.CharField(source="shown_status", help_text="What they are up to; empty where it is not shown.")
    presence = serializers.ChoiceField(["online", "away", "busy", "offline"], allow_null=True, help_text="Null where it is not shown.")
    last_seen_at = serializers.DateTimeField(source="shown_last_seen_at", allow_null=True, help_text="Null where it is not shown.")
    follower_count = serializers.IntegerField()
    following_count = serializers.IntegerField()
    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    requested = serializers.BooleanField(help_text="The viewer asked to follow, and the person has not answered.")
    is_open = serializers.BooleanField(help_text="Posts, followers and following are for the viewer.")
    can_message = serializers.BooleanField(help_text="The viewer may write to them.")

    class Meta:
        model = User
        fields = [
            *PersonSerializer.Meta.fields,
            "bio",
            "location",
            "website",
            "cover_url",
            "cover_blurhash",
            "birth_date",
            "status",
            "presence",
            "last_seen_at",
            "is_private",
            "is_open",
            "follower_count",
            "following_count",
            "following",
            "followed_by",
            "requested",
            "can_message",
            "created_at",
        ]
        read_only_fields = fields
