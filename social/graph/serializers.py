"""The graph in answers."""

from rest_framework import serializers


class RelationSerializer(serializers.Serializer):
    """How the viewer and a person stand to each other."""

    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()


class PeopleQuery(serializers.Serializer):
    """What to look for among people."""

    q = serializers.CharField(max_length=80, help_text="A username or a name, or how either begins. A leading @ is ignored.")
