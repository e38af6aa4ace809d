"""REST for following and blocking. People are addressed by id, username or "me"."""

from uuid import UUID

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users.serializers import PersonSerializer
from core.api.schema import operation
from core.api.views import Endpoint
from social.graph import selectors, services
from social.graph.search import people_called
from social.graph.serializers import FollowRequestSerializer, PeopleQuery, RelationSerializer


class FollowEndpoint(Endpoint):
    """The viewer's follow of one person."""

    @operation("Follow a person", response=RelationSerializer)
    def post(self, request: Request, user: str) -> Response:
        """Of a private account this is a request: `requested` is true until it is answered."""
        person = selectors.visible_person(self.viewer, user)
        services.follow(actor=self.viewer, target=person)
        return self.answer(RelationSerializer, selectors.relation(self.viewer, person))

    @operation("Stop following a person", status=204)
    def delete(self, request: Request, user: str) -> Response:
        """Or take a request to follow back."""
        services.unfollow(actor=self.viewer, target=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class FollowStatusEndpoint(Endpoint):
    @operation("Who of the two follows whom", response=RelationSerializer)
    def get(self, request: Request, user: str) -> Response:
        person = selectors.visible_person(self.viewer, user)
        return self.answer(RelationSerializer, selectors.relation(self.viewer, person))


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
        """The exact username first, then names that begin with `q`, then names like it. People one blocked, or who blocked one, do not exist."""
        return self.page(people_called(self.viewer, self.validated_query(PeopleQuery)["q"], **self.page_arguments()), PersonSerializer)
