"""REST for following and blocking. People are addressed by id, username or "me"."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users.serializers import PersonSerializer
from core.api.paging import page_arguments, page_response
from core.api.views import Endpoint
from social.graph import selectors, services
from social.graph.serializers import RelationSerializer


class FollowEndpoint(Endpoint):
    """The viewer's follow of one person."""

    @extend_schema(summary="Follow a person", request=None, responses={200: RelationSerializer}, tags=["graph"])
    def post(self, request: Request, user: str) -> Response:
        person = selectors.visible_person(self.viewer, user)
        services.follow(actor=self.viewer, target=person)
        return Response(RelationSerializer(selectors.relation(self.viewer, person)).data)

    @extend_schema(summary="Stop following a person", responses={204: None}, tags=["graph"])
    def delete(self, request: Request, user: str) -> Response:
        services.unfollow(actor=self.viewer, target=selectors.visible_person(self.viewer, user))
        return Response(status=204)


class FollowStatusEndpoint(Endpoint):
    @extend_schema(summary="Who of the two follows whom", responses={200: RelationSerializer}, tags=["graph"])
    def get(self, request: Request, user: str) -> Response:
        person = selectors.visible_person(self.viewer, user)
        return Response(RelationSerializer(selectors.relation(self.viewer, person)).data)


class FollowersEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @extend_schema(summary="Who follows a person", responses={200: PersonSerializer(many=True)}, tags=["graph"])
    def get(self, request: Request, user: str) -> Response:
        page = selectors.followers(self.viewer, selectors.visible_person(self.viewer, user), **page_arguments(request))
        return page_response(request, page, lambda people: PersonSerializer(people, many=True).data)


class FollowingEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @extend_schema(summary="Whom a person follows", responses={200: PersonSerializer(many=True)}, tags=["graph"])
    def get(self, request: Request, user: str) -> Response:
        page = selectors.following(self.viewer, selectors.visible_person(self.viewer, user), **page_arguments(request))
        return page_response(request, page, lambda people: PersonSerializer(people, many=True).data)


class BlockEndpoint(Endpoint):
    """The viewer's block of one person."""

    @extend_schema(summary="Block a person", request=None, responses={204: None}, tags=["graph"])
    def post(self, request: Request, user: str) -> Response:
        services.block(actor=self.viewer, target=selectors.blockable_person(self.viewer, user))
        return Response(status=204)

    @extend_schema(summary="Take a block back", responses={204: None}, tags=["graph"])
    def delete(self, request: Request, user: str) -> Response:
        services.unblock(actor=self.viewer, target=selectors.blockable_person(self.viewer, user))
        return Response(status=204)


class BlockedEndpoint(Endpoint):
    @extend_schema(summary="Whom I blocked", responses={200: PersonSerializer(many=True)}, tags=["graph"])
    def get(self, request: Request) -> Response:
        page = selectors.blocked_people(self.viewer, **page_arguments(request))
        return page_response(request, page, lambda people: PersonSerializer(people, many=True).data)
