"""The graph in answers, and what its doors take."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.users.serializers import PersonSerializer
from social.graph.models import MAX_KEYWORD, MAX_NICKNAME, MAX_REQUEST_MESSAGE, Contact, FollowRequest, FriendRequest, Friendship, KeywordMute, Mute
from social.graph.suggestions import MAX_SUGGESTIONS

MAX_DIGESTS = 1_000  # looked up at once


class RelationSerializer(serializers.Serializer):
    """How the viewer and a person stand to each other."""

    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    requested = serializers.BooleanField(help_text="The viewer asked to follow, and the person has not answered.")
    friends = serializers.BooleanField()
    request_sent = serializers.UUIDField(allow_null=True, help_text="The friend request of the viewer that waits for an answer.")
    request_received = serializers.UUIDField(allow_null=True, help_text="The friend request that waits for the viewer's answer.")
    muted = serializers.BooleanField(help_text="The viewer mutes the person now.")
    contact = serializers.UUIDField(allow_null=True, help_text="The person in the viewer's address book.")


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

    q = serializers.CharField(
        max_length=80, help_text="A username or a name, or how either begins; a whole e-mail address or phone number. A leading @ is ignored."
    )


class FriendRequestSerializer(serializers.ModelSerializer):
    """``status`` is ``pending``, or ``accepted`` where asking or accepting has made the two friends. That a request was declined is not told."""

    sender = PersonSerializer()
    receiver = PersonSerializer()
    status = serializers.SerializerMethodField()

    class Meta:
        model = FriendRequest
        fields = ["id", "sender", "receiver", "message", "status", "created_at"]
        read_only_fields = fields

    def get_status(self, request: FriendRequest) -> str:
        return "accepted" if request.is_accepted else "pending"


class NewFriendRequest(serializers.Serializer):
    user = serializers.CharField(max_length=50, help_text="Whom to ask: an id or a username.")
    message = serializers.CharField(max_length=MAX_REQUEST_MESSAGE, required=False, allow_blank=True, default="")


class FriendSerializer(serializers.ModelSerializer):
    """A friend, and since when."""

    person = PersonSerializer(source="friend")
    since = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Friendship
        fields = ["person", "since"]
        read_only_fields = fields


class SuggestionSerializer(serializers.Serializer):
    """Somebody the viewer might know, and why."""

    person = PersonSerializer()
    reason = serializers.ChoiceField(choices=["mutual_friends", "followed_by_followed", "popular"])
    count = serializers.IntegerField(help_text="Mutual friends, or people the viewer follows who follow the person.")
    named = PersonSerializer(many=True, help_text="Some of them.")
    text = serializers.CharField(source="words", help_text="The reason in words, in English.")


class SuggestionQuery(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=MAX_SUGGESTIONS, default=10)


class ContactSerializer(serializers.ModelSerializer):
    """Somebody in the viewer's address book."""

    person = PersonSerializer(read_only=True)

    class Meta:
        model = Contact
        fields = ["id", "person", "nickname", "is_favourite", "created_at"]
        read_only_fields = ["id", "person", "created_at"]


class ContactChanges(serializers.Serializer):
    nickname = serializers.CharField(
        max_length=MAX_NICKNAME, required=False, allow_blank=True, help_text="What the owner calls them; empty for none."
    )
    is_favourite = serializers.BooleanField(required=False)


class NewContact(ContactChanges):
    user = serializers.CharField(max_length=50, help_text="Whom to keep: an id or a username.")


class ContactsQuery(serializers.Serializer):
    favourites = serializers.BooleanField(default=False, help_text="Only favourites.")


class DigestsSerializer(serializers.Serializer):
    """Addresses and numbers that the viewer has, without saying them."""

    digests = serializers.ListField(
        child=serializers.RegexField("^[0-9a-f]{64}$"),
        min_length=1,
        max_length=MAX_DIGESTS,
        help_text="SHA-256 in lower-case hexadecimal of e-mail addresses in lower case, and of phone numbers in E.164 (`+351912345678`).",
    )


class MatchSerializer(serializers.Serializer):
    """Somebody found, and by which digest."""

    digest = serializers.SerializerMethodField()
    person = PersonSerializer()

    def get_digest(self, match: Any) -> str:
        return str(match.digest.hex())


class MuteSerializer(serializers.ModelSerializer):
    """A person the viewer mutes."""

    person = PersonSerializer(source="muted")
    until = serializers.DateTimeField(allow_null=True, help_text="When it ends by itself; null for never.")

    class Meta:
        model = Mute
        fields = ["person", "until", "created_at"]
        read_only_fields = fields


class MuteEnd(serializers.Serializer):
    until = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="When it shall end by itself; left out for never.")


class KeywordMuteSerializer(serializers.ModelSerializer):
    """A word or phrase the viewer mutes."""

    class Meta:
        model = KeywordMute
        fields = ["id", "keyword", "until", "created_at"]
        read_only_fields = fields


class NewKeywordMute(MuteEnd):
    keyword = serializers.CharField(max_length=MAX_KEYWORD, help_text="A word or phrase; case does not matter.")
