"""What the doors of this slice take."""

from rest_framework import serializers


class PictureSerializer(serializers.Serializer):
    upload = serializers.UUIDField(help_text="A finished upload of the viewer's, of the kind that is asked for.")
