"""How people look in answers. The short shape is what every other slice shows beside posts, messages and notifications."""

from rest_framework import serializers

from accounts.users.models import User


class PersonSerializer(serializers.ModelSerializer):
    """A person as others meet them."""

    name = serializers.CharField(read_only=True)
    avatar_url = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "name", "avatar_url", "avatar_blurhash", "is_verified"]
        read_only_fields = fields

    def get_avatar_url(self, person: User) -> str | None:
        return None
