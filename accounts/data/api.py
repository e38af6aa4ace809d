"""One's own data over REST: the archive, deleting the account, keeping it after all."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.data import selectors, services
from accounts.data.keeping import KeepAccount
from accounts.data.serializers import DeletionSerializer, DownloadSerializer, ExportSerializer, RestoreRequest
from accounts.sessions import headless
from accounts.sessions.api import Door
from accounts.sessions.serializers import SignInAnswer
from accounts.sessions.step_up import step_up
from accounts.users.api import Me
from core.api.schema import operation
from core.api.views import Endpoint
from core.errors import NotFound


class ExportEndpoint(Endpoint):
    limits = {"POST": "exports"}

    @operation("My archive", response=ExportSerializer)
    def get(self, request: Request) -> Response:
        """The newest one and how far it is. `export:updated` on the socket says when to look."""
        export = selectors.latest_export(self.viewer)
        if export is None:
            raise NotFound
        return self.answer(ExportSerializer, export)

    @step_up
    @operation("Have an archive made of all my data", request=None, response=ExportSerializer, status=202)
    def post(self, request: Request) -> Response:
        """It is put together in the background, can be downloaded for seven days, and there is one a day.

        While one is under way, that one is answered.
        """
        return self.answer(ExportSerializer, services.start_export(user=self.viewer), status=202)


class DownloadEndpoint(Endpoint):
    @step_up
    @operation("Where to download my archive", response=DownloadSerializer)
    def get(self, request: Request) -> Response:
        """A signed address of the newest archive, once it is ready; good for minutes."""
        address = request.build_absolute_uri(selectors.download_url(selectors.ready_export(self.viewer), self.viewer.username))
        return self.answer(DownloadSerializer, {"url": address, "expires_in": selectors.LINK_SECONDS})


class MeAndTheEnd(Me):
    @step_up
    @operation("Delete my account", request=None, response=DeletionSerializer, status=202)
    def delete(self, request: Request) -> Response:
        """From now on the account exists for nobody, and every session ends. Two weeks later everything goes for good; until then it can be kept."""
        return self.answer(DeletionSerializer, services.request_deletion(user=self.viewer), status=202)


class RestoreEndpoint(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Keep my account after all", request=RestoreRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Finishes a sign-in that stopped at `account_leaving`: everything is as it was before, and the person is signed in."""
        token = self.validated(RestoreRequest)["restore_token"]
        return self.signed_in(headless.call(KeepAccount, request._request, {}, session_key=token))
