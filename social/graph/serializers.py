"""The graph in answers."""

from rest_framework import serializers


class RelationSerializer(serializers.Serializer):
    """How the viewer and a person stand to each other."""

    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
