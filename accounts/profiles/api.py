"""REST for the picture of the signed-in person."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.profiles import services
from accounts.profiles.serializers import AvatarSerializer
from accounts.users.serializers import MeSerializer
from core.api.schema import operation
from core.api.views import Endpoint


class AvatarEndpoint(Endpoint):
    @operation("Show an upload as my picture", request=AvatarSerializer, response=MeSerializer)
    def put(self, request: Request) -> Response:
        """The upload is of the kind `avatar`, and ready. The middle square of it is shown."""
        return self.answer(MeSerializer, services.set_avatar(user=self.viewer, upload_id=self.validated(AvatarSerializer)["upload"]))

    @operation("Take my picture away", status=204)
    def delete(self, request: Request) -> Response:
        services.remove_avatar(user=self.viewer)
        return Response(status=204)
