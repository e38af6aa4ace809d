"""The graph in answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.users.serializers import PersonSerializer
from social.graph.models import FollowRequest


class RelationSerializer(serializers.Serializer):
    """How the viewer and a person stand to each other."""

    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    requested = serializers.BooleanField(help_text="The viewer asked to follow, and the person has not answered.")


class FollowRequestSerializer(serializers.Serializer):
    """A request to follow. ``user`` is the other one: who asked, or who was asked."""

    id = serializers.UUIDField()
    user = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(PersonSerializer)
    def get_user(self, request: FollowRequest) -> Any:
        other = request.requested if request.requester_id == self.context["viewer"].pk else request.requester
        return PersonSerializer(other).data


class PeopleQuery(serializers.Serializer):
    """What to look for among people."""

    q = serializers.CharField(max_length=80, help_text="A username or a name, or how either begins. A leading @ is ignored.")
