"""How people look in answers. The short shape is what every other slice shows beside posts, messages and notifications."""

from typing import Any

from rest_framework import serializers

from accounts.users.models import User


def person_shape(person: User) -> dict[str, Any]:
    """What PersonSerializer says, for lists where its way of saying it costs too much."""
    return {
        "id": person.pk,
        "username": person.username,
        "name": person.name,
        "avatar_url": person.avatar_url,
        "avatar_blurhash": person.avatar_blurhash,
        "is_verified": person.is_verified,
    }


class PersonSerializer(serializers.ModelSerializer):
    """A person as others meet them."""

    name = serializers.CharField(read_only=True)
    avatar_url = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = User
        fields = ["id", "username", "name", "avatar_url", "avatar_blurhash", "is_verified"]
        read_only_fields = fields


class MeSerializer(PersonSerializer):
    """A person as they see themselves: everything they can change, and what only they may know."""

    class Meta(PersonSerializer.Meta):
        fields = [
            *PersonSerializer.Meta.fields,
            "email",
            "phone",
            "display_name",
            "bio",
            "location",
            "website",
            "messages_from",
            "presence_shown_to",
            "sends_read_receipts",
            "created_at",
        ]
        read_only_fields = fields


class ProfileChanges(serializers.ModelSerializer):
    """What a person may change of themselves; every field may be left out."""

    class Meta:
        model = User
        fields = ["display_name", "bio", "location", "website", "messages_from", "presence_shown_to", "sends_read_receipts"]
