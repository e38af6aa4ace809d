"""REST for the pictures of the signed-in person."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.profiles import services
from accounts.profiles.serializers import PictureSerializer
from accounts.users.serializers import MeSerializer
from core.api.schema import operation
from core.api.views import Endpoint
from media_app.uploads.models import Kind


class AvatarEndpoint(Endpoint):
    @operation("Show an upload as my picture", request=PictureSerializer, response=MeSerializer)
    def put(self, request: Request) -> Response:
        """The upload is of the kind `avatar`, and ready. What its `crop` says of it is shown, or the middle square."""
        return self.answer(MeSerializer, services.set_picture(user=self.viewer, upload_id=self.validated(PictureSerializer)["upload"]))

    @operation("Take my picture away", status=204)
    def delete(self, request: Request) -> Response:
        services.remove_picture(user=self.viewer)
        return Response(status=204)


class CoverEndpoint(Endpoint):
    @operation("Show an upload as my cover", request=PictureSerializer, response=MeSerializer)
    def put(self, request: Request) -> Response:
        """The upload is of the kind `cover`, and ready. It is shown three times as wide as high."""
        upload_id = self.validated(PictureSerializer)["upload"]
        return self.answer(MeSerializer, services.set_picture(user=self.viewer, upload_id=upload_id, kind=Kind.COVER))

    @operation("Take my cover away", status=204)
    def delete(self, request: Request) -> Response:
        services.remove_picture(user=self.viewer, kind=Kind.COVER)
        return Response(status=204)
