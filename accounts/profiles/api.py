"""REST for profiles, and the pictures of the signed-in person."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.profiles import selectors, services
from accounts.profiles.serializers import PortraitSerializer, ProfileSerializer
from accounts.users.serializers import MeSerializer
from core.api.schema import operation
from core.api.views import Endpoint
from media_app.uploads.models import Kind
from social.graph import selectors as graph


class AvatarEndpoint(Endpoint):
    @operation("Show an upload as my picture", request=PortraitSerializer, response=MeSerializer)
    def put(self, request: Request) -> Response:
        """The upload is of the kind `avatar`, and ready. What its `crop` says of it is shown, or the middle square."""
        return self.answer(MeSerializer, services.set_picture(user=self.viewer, upload_id=self.validated(PortraitSerializer)["upload"]))

    @operation("Take my picture away", status=204)
    def delete(self, request: Request) -> Response:
        services.remove_picture(user=self.viewer)
        return Response(status=204)


class CoverEndpoint(Endpoint):
    @operation("Show an upload as my cover", request=PortraitSerializer, response=MeSerializer)
    def put(self, request: Request) -> Response:
        """The upload is of the kind `cover`, and ready. It is shown three times as wide as high."""
        upload_id = self.validated(PortraitSerializer)["upload"]
        return self.answer(MeSerializer, services.set_picture(user=self.viewer, upload_id=upload_id, kind=Kind.COVER))

    @operation("Take my cover away", status=204)
    def delete(self, request: Request) -> Response:
        services.remove_picture(user=self.viewer, kind=Kind.COVER)
        return Response(status=204)


class ProfileEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @operation("A person", response=ProfileSerializer)
    def get(self, request: Request, user: str) -> Response:
        """The head of their profile, which private accounts show too. What they keep from the viewer is null."""
        return self.answer(ProfileSerializer, selectors.profile(self.viewer, graph.visible_person(self.viewer, user)))
