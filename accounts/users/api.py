"""The signed-in person over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users import services
from accounts.users.serializers import MeSerializer, PrivacySerializer, ProfileChanges, StatusSerializer
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


class Privacy(Endpoint):
    @operation("My privacy choices", response=PrivacySerializer)
    def get(self, request: Request) -> Response:
        return self.answer(PrivacySerializer, self.viewer)

    @operation("Make all privacy choices", request=PrivacySerializer, response=PrivacySerializer)
    def put(self, request: Request) -> Response:
        """Every choice is sent. An account that is private no longer lets everybody in who asked to follow."""
        return self.answer(PrivacySerializer, services.update_profile(user=self.viewer, changes=self.validated(PrivacySerializer)))

    @operation("Change some privacy choices", request=PrivacySerializer, response=PrivacySerializer)
    def patch(self, request: Request) -> Response:
        """Only the choices sent change."""
        return self.answer(PrivacySerializer, services.update_profile(user=self.viewer, changes=self.validated(PrivacySerializer, partial=True)))


class Status(Endpoint):
    @operation("My status", response=StatusSerializer)
    def get(self, request: Request) -> Response:
        return self.answer(StatusSerializer, self.viewer)

    @operation("Say what I am up to", request=StatusSerializer, response=StatusSerializer)
    def put(self, request: Request) -> Response:
        """Shown to those who see my presence."""
        said = self.validated(StatusSerializer)
        return self.answer(StatusSerializer, services.set_status(user=self.viewer, text=said["status"], until=said["status_until"]))

    @operation("Take my status away", status=204)
    def delete(self, request: Request) -> Response:
        services.set_status(user=self.viewer, text="")
        return Response(status=204)
