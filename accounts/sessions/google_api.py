"""Google over REST, as apps use it today: an ID token from the phone's own sign-in, or an authorisation code with PKCE."""

from allauth.socialaccount.models import SocialAccount
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import google, headless
from accounts.sessions.api import Door
from accounts.sessions.google_serializers import ConnectedSerializer, ConnectRequest, GoogleRequest
from accounts.sessions.serializers import SignInAnswer
from accounts.sessions.step_up import step_up
from core.api.schema import operation
from core.api.views import Endpoint


class Google(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Sign in or up with Google", request=GoogleRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Who is new gets `username_required` with a `sign_up_token`; send it back within a quarter of an hour with the `username` they choose.

        Google is linked to an account with the same address when both have verified it; else `account_unconfirmed` or `google_email_unverified`.
        """
        data = self.validated(GoogleRequest)
        username = data.pop("username", "")
        if "id_token" in data:
            login = google.login_by_id_token(request._request, **data)
        elif "code" in data:
            login = google.login_by_code(request._request, **data)
        else:
            login = google.login_by_ticket(request._request, **data)
        return self.signed_in(headless.call(headless.GoogleSignIn, request._request, {"login": login, "username": username}))


class Connected(Endpoint):
    idempotent = False

    @operation("List my connected accounts", response=ConnectedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Accounts elsewhere that open mine."""
        return self.answer(ConnectedSerializer, SocialAccount.objects.filter(user=self.viewer).order_by("pk"), many=True)

    @step_up
    @operation("Connect Google", request=ConnectRequest, response=ConnectedSerializer, status=201)
    def post(self, request: Request) -> Response:
        """From now on it opens my account. Its address need not be mine."""
        data = self.validated(ConnectRequest)
        by = google.login_by_id_token if "id_token" in data else google.login_by_code
        login = by(request._request, **data)
        login.lookup()
        google.connect(user=self.viewer, login=login)
        return self.answer(ConnectedSerializer, login.account, status=201)


class OneConnected(Endpoint):
    @step_up
    @operation("Disconnect an account", request=None, response=None, status=204)
    def delete(self, request: Request, account_id: int) -> Response:
        """One of my own, and not my only way in."""
        google.disconnect(user=self.viewer, account_id=account_id)
        return Response(status=204)
