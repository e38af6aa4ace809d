"""What the doors of this slice take."""

from rest_framework import serializers


class AvatarSerializer(serializers.Serializer):
    upload = serializers.UUIDField(help_text="A finished upload of the viewer's, of the kind `avatar`.")
