"""REST for the graph. People are addressed by id, username or "me"."""

from dataclasses import replace
from uuid import UUID

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users.serializers import PersonSerializer
from core.api.schema import operation
from core.api.views import Endpoint
from social.graph import selectors, services
from social.graph.lookups import count_lookups, count_search
from social.graph.search import people_called
from social.graph.serializers import (
    ContactChanges,
    ContactSerializer,
    ContactsQuery,
    DigestsSerializer,
    FollowRequestSerializer,
    FriendRequestSerializer,
    FriendSerializer,
    KeywordMuteSerializer,
    MatchSerializer,
    MuteEnd,
    MuteSerializer,
    NewContact,
    NewFriendRequest,
    NewKeywordMute,
    PeopleQuery,
    RelationSerializer,
    SuggestionQuery,
    SuggestionSerializer,
)
from social.graph.suggestions import suggestions_for


class FollowEndpoint(Endpoint):
    """The viewer's follow of one person."""

    @operation("Follow a person", response=RelationSerializer)
    def post(self, request: Request, user: str) -> Response:
        """Of a private account this is a request: `requested` is true until it is answered."""
        person, relation = selectors.met_person(self.viewer, user)
        wish = services.follow(actor=self.viewer, target=person)
        return self.answer(RelationSerializer, replace(relation, requested=True) if wish.waits else replace(relation, following=True))

    @operation("Stop following a person", status=204)
    def delete(self, request: Request, user: str) -> Response:
        """Or take a request to follow back."""
        services.unfollow(actor=self.viewer, target=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class FollowStatusEndpoint(Endpoint):
    @operation("How the two stand to each other", response=RelationSerializer)
    def get(self, request: Request, user: str) -> Response:
        _, relation = selectors.met_person(self.viewer, user)
        return self.answer(RelationSerializer, relation)


class FollowRequestsEndpoint(Endpoint):
    @operation("Who asks to follow me", response=FollowRequestSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.follow_requests_received(self.viewer, **self.page_arguments()), FollowRequestSerializer)


class SentFollowRequestsEndpoint(Endpoint):
    @operation("Whom I asked to follow", response=FollowRequestSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.follow_requests_sent(self.viewer, **self.page_arguments()), FollowRequestSerializer)


class ApproveFollowEndpoint(Endpoint):
    @operation("Let somebody follow me", status=204)
    def post(self, request: Request, request_id: UUID) -> Response:
        services.approve_follow(actor=self.viewer, request_id=request_id)
        return Response(status=204)


class DeclineFollowEndpoint(Endpoint):
    @operation("Do not let somebody follow me", status=204)
    def post(self, request: Request, request_id: UUID) -> Response:
        """They are not told, and may ask again."""
        services.decline_follow(actor=self.viewer, request_id=request_id)
        return Response(status=204)


class FollowersEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @operation("Who follows a person", response=PersonSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        """Of a private account only its followers see them; to others the list is empty."""
        page = selectors.followers(self.viewer, selectors.visible_person(self.viewer, user), **self.page_arguments())
        return self.page(page, PersonSerializer)


class FollowerEndpoint(Endpoint):
    @operation("Remove a follower", status=204)
    def delete(self, request: Request, user: str) -> Response:
        """They no longer follow me, and are not told. It is no block: they may follow, or ask to, again."""
        services.remove_follower(actor=self.viewer, follower=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class FollowingEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @operation("Whom a person follows", response=PersonSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        """Of a private account only its followers see them; to others the list is empty."""
        page = selectors.following(self.viewer, selectors.visible_person(self.viewer, user), **self.page_arguments())
        return self.page(page, PersonSerializer)


class BlockEndpoint(Endpoint):
    """The viewer's block of one person."""

    @operation("Block a person", status=204)
    def post(self, request: Request, user: str) -> Response:
        services.block(actor=self.viewer, target=selectors.blockable_person(self.viewer, user))
        return Response(status=204)

    @operation("Take a block back", status=204)
    def delete(self, request: Request, user: str) -> Response:
        services.unblock(actor=self.viewer, target=selectors.blockable_person(self.viewer, user))
        return Response(status=204)


class BlockedEndpoint(Endpoint):
    @operation("Whom I blocked", response=PersonSerializer, paged=True)
    def get(self, request: Request) -> Response:
        page = selectors.blocked_people(self.viewer, **self.page_arguments())
        return self.page(page, PersonSerializer)


class PeopleSearchEndpoint(Endpoint):
    @operation("Find people by name", parameters=[PeopleQuery], response=PersonSerializer, paged=True)
    def get(self, request: Request) -> Response:
        """The exact username first, then names that begin with `q`, then names like it. People one blocked, or who blocked one, do not exist.

        A whole e-mail address or mobile number finds its owner, if they let the asker find them by it, and counts as a lookup (`too_many_lookups`).
        """
        words = self.validated_query(PeopleQuery)["q"]
        count_search(request._request, self.viewer, words)
        return self.page(people_called(self.viewer, words, **self.page_arguments()), PersonSerializer)


class FriendRequestsEndpoint(Endpoint):
    limits = {"POST": "friend_requests"}

    @operation("Who would like to be my friend", response=FriendRequestSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.requests_received(self.viewer, **self.page_arguments()), FriendRequestSerializer)

    @operation("Ask somebody to be friends", request=NewFriendRequest, response=FriendRequestSerializer, status=201)
    def post(self, request: Request) -> Response:
        """Where they asked first, the two are friends at once: `status` is `accepted`. Asking again gives the request there is."""
        asked = self.validated(NewFriendRequest)
        person = selectors.visible_person(self.viewer, asked["user"])
        made = services.request_friendship(actor=self.viewer, target=person, message=asked["message"])
        return self.answer(FriendRequestSerializer, made, status=201)


class FriendRequestsSentEndpoint(Endpoint):
    @operation("Whom I asked to be friends", response=FriendRequestSerializer, paged=True)
    def get(self, request: Request) -> Response:
        """Declined ones are among them: that they were is not told."""
        return self.page(selectors.requests_sent(self.viewer, **self.page_arguments()), FriendRequestSerializer)


class FriendRequestEndpoint(Endpoint):
    @operation("Take back a friend request", status=204)
    def delete(self, request: Request, request_id: UUID) -> Response:
        services.cancel_request(actor=self.viewer, request_id=request_id)
        return Response(status=204)


class AcceptEndpoint(Endpoint):
    @operation("Accept a friend request", response=FriendRequestSerializer)
    def post(self, request: Request, request_id: UUID) -> Response:
        return self.answer(FriendRequestSerializer, services.accept_request(actor=self.viewer, request_id=request_id))


class DeclineEndpoint(Endpoint):
    @operation("Decline a friend request", status=204)
    def post(self, request: Request, request_id: UUID) -> Response:
        """Its sender is not told, and for thirty days asks in vain."""
        services.decline_request(actor=self.viewer, request_id=request_id)
        return Response(status=204)


class FriendsEndpoint(Endpoint):
    @operation("My friends", response=FriendSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.friends(self.viewer, self.viewer, **self.page_arguments()), FriendSerializer)


class FriendEndpoint(Endpoint):
    @operation("The friends of a person", response=FriendSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        person = selectors.visible_person(self.viewer, user)
        return self.page(selectors.friends(self.viewer, person, **self.page_arguments()), FriendSerializer)

    @operation("Remove a friend", status=204)
    def delete(self, request: Request, user: str) -> Response:
        """Neither is the other's friend any more. Follows stay."""
        services.remove_friend(actor=self.viewer, friend=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class MutualFriendsEndpoint(Endpoint):
    @operation("Friends a person and I have in common", response=PersonSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        person = selectors.visible_person(self.viewer, user)
        return self.page(selectors.mutual_friends(self.viewer, person, **self.page_arguments()), PersonSerializer)


class SuggestionsEndpoint(Endpoint):
    @operation("Whom I might know, and why", parameters=[SuggestionQuery], response=SuggestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Friends of friends first, then whom the people I follow follow, then popular people."""
        found = suggestions_for(self.viewer, limit=self.validated_query(SuggestionQuery)["limit"])
        return self.answer(SuggestionSerializer, found, many=True)


class SuggestionEndpoint(Endpoint):
    @operation("Do not suggest a person again", status=204)
    def delete(self, request: Request, user: str) -> Response:
        services.dismiss_suggestion(actor=self.viewer, person=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class ContactsEndpoint(Endpoint):
    @operation("My contacts", parameters=[ContactsQuery], response=ContactSerializer, paged=True)
    def get(self, request: Request) -> Response:
        favourites = self.validated_query(ContactsQuery)["favourites"]
        return self.page(selectors.contacts(self.viewer, favourites=favourites, **self.page_arguments()), ContactSerializer)

    @operation("Keep a person as a contact", request=NewContact, response=ContactSerializer, status=201)
    def post(self, request: Request) -> Response:
        """The person is not told. To become friends, send a friend request. Who is kept already is given back as is."""
        data = self.validated(NewContact)
        person = selectors.visible_person(self.viewer, data.pop("user"))
        return self.answer(ContactSerializer, services.add_contact(owner=self.viewer, person=person, **data), status=201)


class ContactEndpoint(Endpoint):
    @operation("One contact", response=ContactSerializer)
    def get(self, request: Request, contact_id: UUID) -> Response:
        return self.answer(ContactSerializer, selectors.contact_detail(self.viewer, contact_id))

    @operation("Change a nickname, or make a favourite", request=ContactChanges, response=ContactSerializer)
    def patch(self, request: Request, contact_id: UUID) -> Response:
        changes = self.validated(ContactChanges, partial=True)
        return self.answer(ContactSerializer, services.change_contact(owner=self.viewer, contact_id=contact_id, changes=changes))

    @operation("Strike out a contact", status=204)
    def delete(self, request: Request, contact_id: UUID) -> Response:
        services.remove_contact(owner=self.viewer, contact_id=contact_id)
        return Response(status=204)


class ContactMatchEndpoint(Endpoint):
    limits = {"POST": "contact_matches"}
    idempotent = False

    @operation("Find people by hashed addresses and numbers", request=DigestsSerializer, response=MatchSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Only confirmed addresses count, and only people who let themselves be found that way. Ten times a day.

        Each of the digests is a lookup: past a day's share nothing is looked up (`too_many_lookups`).
        """
        digests = {bytes.fromhex(digest) for digest in self.validated(DigestsSerializer)["digests"]}
        count_lookups(request._request, self.viewer, len(digests))
        return self.answer(MatchSerializer, selectors.contact_matches(self.viewer, sorted(digests)), many=True)


class MuteEndpoint(Endpoint):
    """The viewer's mute of one person."""

    @operation("Mute a person", request=MuteEnd, response=MuteSerializer)
    def post(self, request: Request, user: str) -> Response:
        """For a time or for good. Their posts, comments and notifications vanish for me alone; they are not told."""
        person = selectors.visible_person(self.viewer, user)
        return self.answer(MuteSerializer, services.mute(actor=self.viewer, target=person, **self.validated(MuteEnd)))

    @operation("Take a mute back", status=204)
    def delete(self, request: Request, user: str) -> Response:
        services.unmute(actor=self.viewer, target=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class MutedEndpoint(Endpoint):
    @operation("Whom I mute", response=MuteSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.muted_people(self.viewer, **self.page_arguments()), MuteSerializer)


class MutedKeywordsEndpoint(Endpoint):
    @operation("Which words I mute", response=KeywordMuteSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(selectors.muted_keywords(self.viewer, **self.page_arguments()), KeywordMuteSerializer)

    @operation("Mute a word or phrase", request=NewKeywordMute, response=KeywordMuteSerializer, status=201)
    def post(self, request: Request) -> Response:
        """Posts of others with it in them vanish from my feeds, and nothing written with it notifies me."""
        return self.answer(KeywordMuteSerializer, services.mute_keyword(actor=self.viewer, **self.validated(NewKeywordMute)), status=201)


class MutedKeywordEndpoint(Endpoint):
    @operation("Take the mute of a word back", status=204)
    def delete(self, request: Request, mute_id: UUID) -> Response:
        services.unmute_keyword(actor=self.viewer, mute_id=mute_id)
        return Response(status=204)
