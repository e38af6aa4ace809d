"""The signed-in person over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users import services
from accounts.users.serializers import MeSerializer, ProfileChanges
from core.api.schema import operation
from core.api.views import Endpoint


class Me(Endpoint):
    @operation("Who am I", response=MeSerializer)
    def get(self, request: Request) -> Response:
        """The signed-in person with the fields only they see."""
        return self.answer(MeSerializer, self.viewer)

    @operation("Change my profile and privacy", request=ProfileChanges, response=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Only the fields sent change."""
        return self.answer(MeSerializer, services.update_profile(user=self.viewer, changes=self.validated(ProfileChanges, partial=True)))
