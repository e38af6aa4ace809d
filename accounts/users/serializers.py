"""How people look in answers. The short shape is what every other slice shows beside posts, messages and notifications."""

from typing import Any

from rest_framework import serializers

from accounts.users.models import User
from accounts.users.services import PRIVACY


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

    def to_representation(self, person: User) -> dict[str, Any]:
        """Field by field only where a subclass has more of them: people stand in every list, and in each of its rows."""
        if type(self) is not PersonSerializer:
            shape: dict[str, Any] = super().to_representation(person)
            return shape
        return {**person_shape(person), "id": str(person.pk)}


class CompletionSerializer(serializers.Serializer):
    """How far a profile tells people who this is."""

    is_complete = serializers.SerializerMethodField()
    missing = serializers.ListField(child=serializers.ChoiceField(["picture", "name", "bio"]), source="missing_from_profile")

    def get_is_complete(self, person: User) -> bool:
        return not person.missing_from_profile


class MeSerializer(PersonSerializer):
    """A person as they see themselves: everything they can change, and what only they may know."""

    cover_url = serializers.CharField(read_only=True, allow_null=True)
    status = serializers.CharField(read_only=True)
    profile_completion = CompletionSerializer(source="*", read_only=True)

    class Meta(PersonSerializer.Meta):
        fields = [
            *PersonSerializer.Meta.fields,
            "email",
            "phone",
            "display_name",
            "bio",
            "location",
            "website",
            "birth_date",
            "cover_url",
            "cover_blurhash",
            "status",
            "status_until",
            *PRIVACY,
            "profile_completion",
            "created_at",
        ]
        read_only_fields = fields


class ProfileChanges(serializers.ModelSerializer):
    """What a person may change of themselves; every field may be left out."""

    class Meta:
        model = User
        fields = ["display_name", "bio", "location", "website", "birth_date", *PRIVACY]


class PrivacySerializer(serializers.ModelSerializer):
    """Whom a person lets near, choice by choice."""

    class Meta:
        model = User
        fields = list(PRIVACY)
        extra_kwargs = {name: {"required": True} for name in PRIVACY}


class StatusSerializer(serializers.Serializer):
    """What a person is up to."""

    text = serializers.CharField(max_length=100, source="status", help_text="In the person's own words.")
    until = serializers.DateTimeField(
        source="status_until", required=False, allow_null=True, default=None, help_text="When it ends by itself; null while it does not."
    )
