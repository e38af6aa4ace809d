"""Signing up, in and out over REST. Everything that decides is allauth's (``headless``) or in ``services``."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.core import exceptions
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.settings import api_settings

from accounts.sessions import asking, headless, selectors, services, verification
from accounts.sessions.authentication import CookieAuthentication
from accounts.sessions.models import EndReason
from accounts.sessions.serializers import (
    ChangePasswordRequest,
    ConfirmEmailRequest,
    EmailRequest,
    EndedAnswer,
    ForgotPasswordAnswer,
    ForgotPasswordRequest,
    RefreshRequest,
    ResetPasswordRequest,
    SentAnswer,
    SessionSerializer,
    SignInAnswer,
    SignInRequest,
    SignUpAnswer,
    SignUpRequest,
    TokensAnswer,
)
from accounts.sessions.step_up import step_up, step_up_beside_password
from accounts.sessions.tokens import NotAuthenticated
from accounts.users.serializers import MeSerializer
from core import captcha
from core.api.addresses import client_address
from core.api.limits import address_identity, enforce, name_identity
from core.api.schema import operation
from core.api.views import Endpoint
from core.errors import Forbidden

REFRESH_COOKIE = "hubbub_refresh"


class Door(Endpoint):
    """An endpoint for people who are not signed in. Whatever token or cookie they still carry is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    idempotent = False

    def signed_in(self, outcome: headless.Outcome) -> Response:
        tokens = outcome.tokens()
        session = selectors.session_behind(services.session_of_token(tokens["access_token"]))
        if session is None:
            raise NotAuthenticated("This session has ended.", code="session_ended")
        return self.hand_over(tokens, user=MeSerializer(session.user, context={"request": self.request}).data)

    def hand_over(self, tokens: dict[str, Any], **more: Any) -> Response:
        """Browsers get the refresh token where scripts cannot read it, apps in the body."""
        if not is_browser(self.request):
            return Response({**tokens, **more})
        response = Response({name: value for name, value in tokens.items() if name != "refresh_token"} | more)
        response.set_cookie(
            REFRESH_COOKIE,
            tokens["refresh_token"],
            max_age=api_settings.REFRESH_TOKEN_LIFETIME,
            path=reverse("auth-refresh-token"),
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response


def current_session(request: Request) -> UUID:
    """The session the request came by. Raises NotAuthenticated("session_ended") for a cookie from before there were any."""
    if not isinstance(request.auth, UUID):
        raise NotAuthenticated("This session has ended. Sign in again.", code="session_ended")
    return request.auth


def is_browser(request: Request) -> bool:
    """Browsers say so in a header, which no other site can make them send: that is what guards the refresh cookie."""
    return request.headers.get("X-Client") == "browser"


class SignUp(Door):
    limits = {"POST": "sign_up_forms"}

    @operation("Sign up", request=SignUpRequest, response=SignUpAnswer, status=202)
    def post(self, request: Request) -> Response:
        """With an address, a link to confirm it is sent; signing in works once it was followed. With a number, a code is sent for
        `auth/phone/confirm`, which makes the account. A known address or number gets a message that says so instead.
        """
        data = self.validated(SignUpRequest)
        captcha.check(data.pop("captcha", ""), client_address(request._request))
        if "phone" in data:
            return Response({"phone": data["phone"], **asking.sign_up(request._request, data)}, status=202)
        headless.call(headless.SignUp, request._request, data).raise_errors()
        return Response({"email": data["email"]}, status=202)


class SignIn(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Sign in", request=SignInRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """With a second factor, the error `mfa_required` brings an `mfa_token` for `auth/mfa`.

        `X-Client: browser` puts the refresh token in a cookie that scripts cannot read.
        """
        return self.signed_in(headless.call(headless.SignIn, request._request, self.validated(SignInRequest)))


class RefreshToken(Door):
    limits = {"POST": "refresh_address"}  # wide: many may live behind one address. The session itself is counted once it is known

    @operation("Exchange a refresh token", request=RefreshRequest, response=TokensAnswer)
    def post(self, request: Request) -> Response:
        """Each refresh token works once. Used again within ten seconds it fails (`refresh_superseded`): a client raced itself.

        Used again later it ends the session (`token_reused`): somebody else has it.
        """
        token = self.validated(RefreshRequest).get("refresh_token")
        if token is None and REFRESH_COOKIE in request.COOKIES:
            if not is_browser(request):
                raise Forbidden("Send X-Client: browser with the cookie.", code="csrf_failed")
            token = request.COOKIES[REFRESH_COOKIE]
        if token is None:
            raise NotAuthenticated("There is no refresh token.", code="token_invalid")
        enforce("refresh", f"session:{services.session_of_refresh_token(token)}")
        pair = services.refresh_tokens(refresh_token=token)
        return self.hand_over({"access_token": pair.access_token, "refresh_token": pair.refresh_token, "expires_in": pair.expires_in})


class ConfirmEmail(Door):
    limits = {"POST": "confirm"}

    @operation("Confirm an address", request=ConfirmEmailRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Takes the key of the link in the mail. Each works once, for three days."""
        headless.call(headless.ConfirmEmail, request._request, self.validated(ConfirmEmailRequest)).raise_errors()
        return Response(status=204)


class ResendEmail(Door):
    limits = {"POST": "mail"}

    @operation("Send the confirmation again", request=EmailRequest, response=SentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """The same answer for every address."""
        email = self.validated(EmailRequest)["email"]
        enforce("mail", name_identity(email))
        verification.resend(request._request, email)
        return Response({"email": email}, status=202)


class ForgotPassword(Door):
    limits = {"POST": "mail"}

    @operation("Ask for a new password", request=ForgotPasswordRequest, response=ForgotPasswordAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Mails a link, or texts a code. The same answer for every address and every number; who has no account is told so there."""
        data = self.validated(ForgotPasswordRequest)
        if "phone" in data:
            enforce("sms", address_identity(request._request))
            issued = asking.ask(request._request, asking.RESET_BY_PHONE, data)
            return Response({"phone": data["phone"], **asking.answer(issued)}, status=202)
        enforce("mail", name_identity(data["email"]))
        headless.call(headless.ForgotPassword, request._request, data).raise_errors()
        return Response({"email": data["email"]}, status=202)


class ResetPassword(Door):
    limits = {"POST": "confirm"}

    @operation("Set a new password", request=ResetPasswordRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Takes the key of the link in the mail, or a texted code with its token, once. Every session of the person ends.

        A password that will not do uses neither up.
        """
        data = self.validated(ResetPasswordRequest)
        if "key" in data:
            headless.call(headless.ResetPassword, request._request, data).raise_errors()
            return Response(status=204)
        try:
            asking.reset_password(request._request, token=data["code_token"], digits=data["code"], password=data["password"])
        except exceptions.ValidationError as unfit:
            raise ValidationError({"password": asking.details(unfit.error_list)}) from None
        return Response(status=204)


class SignOut(Endpoint):
    idempotent = False

    @operation("Sign out", request=None, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Ends this session: its tokens are refused from the next request on and its sockets are closed."""
        if isinstance(request.successful_authenticator, CookieAuthentication):
            logout(request._request)
        else:
            services.end_session(session_id=current_session(request), reason=EndReason.SIGNED_OUT)
        response = Response(status=204)
        response.delete_cookie(REFRESH_COOKIE, path=reverse("auth-refresh-token"), samesite="Lax")
        return response


class ChangePassword(Endpoint):
    limits = {"POST": "sign_in"}
    idempotent = False

    @step_up_beside_password
    @operation("Change the password", request=ChangePasswordRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Every other session ends and a mail says so."""
        headless.call_for_viewer(headless.ChangePassword, request, self.validated(ChangePasswordRequest)).done()
        return Response(status=204)


class Sessions(Endpoint):
    @operation("List my sessions", response=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The one used last first."""
        return self.answer(SessionSerializer, selectors.sessions_of(self.viewer), many=True)

    @step_up
    @operation("End all other sessions", request=None, response=EndedAnswer)
    def delete(self, request: Request) -> Response:
        """Everywhere but here."""
        return Response({"ended": services.end_all_sessions(user=self.viewer, except_session=current_session(request))})


class OneSession(Endpoint):
    @operation("End a session", request=None, response=None, status=204)
    def delete(self, request: Request, session_id: UUID) -> Response:
        """One of my own; ending the current one is signing out."""
        services.end_session(session_id=selectors.session_of(self.viewer, session_id).pk)
        return Response(status=204)
