"""The way from our endpoints into allauth's headless views, and back into our answers and errors.

allauth decides: stages, links, second factors. What it answers (JSON of its own shape) becomes an ``Outcome`` or one of our errors here.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import authenticated_user
from allauth.headless.account import views as account_views
from allauth.headless.base.response import APIResponse, AuthenticationResponse
from allauth.headless.base.views import APIView, AuthenticatedAPIView, AuthenticationStageAPIView
from allauth.headless.constants import Client
from allauth.headless.mfa import views as mfa_views
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.socialaccount.internal.flows.login import _login as sign_in_social
from allauth.socialaccount.internal.flows.login import pre_social_login
from allauth.socialaccount.internal.flows.signup import complete_social_signup
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from accounts.sessions import google, passkeys, selectors
from accounts.sessions.authentication import CookieAuthentication
from accounts.sessions.counting import count_sign_up
from accounts.sessions.current import session_id
from accounts.sessions.forms import ConfirmCodeInput, ForgotPasswordInput, MfaInput, SignUpInput
from accounts.sessions.guesses import WRONG
from accounts.sessions.tokens import NotAuthenticated
from core.errors import Conflict, Forbidden

WRONG_CREDENTIALS = {"email_password_mismatch", "username_password_mismatch", "phone_password_mismatch", "invalid_login"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What allauth answered: tokens and the session in ``meta``, what it still waits for in ``pending``."""

    status: int
    meta: dict[str, Any]
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    data: Any = None

    def raise_errors(self) -> None:
        """Translate what allauth refused. Raises NotAuthenticated("invalid_credentials") or a ValidationError by field."""
        if any(error["code"] in WRONG_CREDENTIALS for error in self.errors):
            raise NotAuthenticated(WRONG, code="invalid_credentials")
        if self.errors:
            fields: dict[str, list[ErrorDetail]] = {}
            for error in self.errors:
                fields.setdefault(error.get("param", "non_field_errors"), []).append(ErrorDetail(error["message"], error["code"]))
            raise ValidationError(fields)
        if self.status == 409:
            raise Conflict("Somebody is signed in already.", code="signed_in")

    def done(self) -> None:
        """For views that act for whoever is signed in. Raises as ``raise_errors``, and NotAuthenticated when allauth saw nobody."""
        self.raise_errors()
        if self.status != 200:
            raise NotAuthenticated("This session has ended. Sign in again.", code="session_ended")

    def tokens(self) -> dict[str, Any]:
        """The tokens of a sign-in that went through, or the error that says what is missing.

        Raises: Forbidden("email_not_confirmed"), NotAuthenticated("mfa_required", "account_leaving", "session_ended").
        """
        self.raise_errors()
        if "access_token" in self.meta:
            return {name: self.meta[name] for name in ("access_token", "refresh_token", "expires_in")}
        if "verify_email" in self.pending:
            raise Forbidden("Confirm your address first: we have sent you a link.", code="email_not_confirmed")
        if stage := self.pending.get("mfa_authenticate"):
            details = {"types": stage.get("types", []), "mfa_token": self.meta.get("session_token")}
            raise NotAuthenticated("Now the code of your second factor.", code="mfa_required", details=details)
        if "keep_account" in self.pending:
            details = {"restore_token": self.meta.get("session_token")}
            raise NotAuthenticated("This account is going to be deleted. It can still be kept.", code="account_leaving", details=details)
        raise NotAuthenticated("This sign-in has run out. Start again.", code="session_ended")


def call(
    view: type[APIView],
    request: HttpRequest,
    data: dict[str, Any],
    *,
    method: str = "POST",
    session_key: str | None = None,
    client: Client = Client.APP,
) -> Outcome:
    """Run ``view`` with ``data`` as its body.

    Args:
        method: what the view is asked by, whatever our endpoint was.
        session_key: Django's session the view works in; None for a new one. Not used for ``Client.BROWSER``, which works in the cookie's.
    """
    request.headless_session_key = session_key  # type: ignore[attr-defined]
    carrying: Any = type(view.__name__, (view,), {"_parse_json": lambda self, request: data})
    handler: Callable[[HttpRequest], Any] = carrying.as_api_view(client=client)
    asked, request.method = request.method, method
    try:
        response = handler(request)
    except ImmediateHttpResponse as immediate:
        response = immediate.response
    finally:
        request.method = asked
    answer = json.loads(response.content or b"{}")
    flows = answer.get("data", {}).get("flows", []) if isinstance(answer.get("data"), dict) else []
    pending = {flow["id"]: flow for flow in flows if flow.get("is_pending")}
    meta = {"session_token": session_key, **(answer.get("meta") or {})}  # allauth names the session only to whoever did not
    return Outcome(response.status_code, meta, pending, answer.get("errors", []), answer.get("data"))


def call_for_viewer(view: type[APIView], request: Request, data: dict[str, Any], *, method: str = "POST") -> Outcome:
    """Run ``view`` for whoever is signed in, in the Django session behind theirs: the cookie's, or the one a token's session carries."""
    if isinstance(request.successful_authenticator, CookieAuthentication):
        return call(view, request._request, data, method=method, client=Client.BROWSER)
    session = selectors.session_of(request.user, request.auth)  # type: ignore[arg-type]
    return call(view, request._request, data, method=method, session_key=session.session_key)


class SignUp(account_views.SignupView):
    input_class = {"POST": SignUpInput}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Account and mail in one transaction, as on the page."""
        count_sign_up(request, "mail", self.input.cleaned_data["email"])
        with transaction.atomic():
            try:
                response: HttpResponse = super().post(request, *args, **kwargs)
            except ImmediateHttpResponse as immediate:
                response = immediate.response
        return response


class ForgotPassword(account_views.RequestPasswordResetView):
    input_class = ForgotPasswordInput


class SecondFactor(mfa_views.AuthenticateView):
    input_class = MfaInput


class PasskeySignIn(APIView):
    """Signing in with nothing but a passkey: it says itself whose it is."""

    def post(self, request: HttpRequest) -> HttpResponse:
        passkey = passkeys.check_answer(purpose="sign_in", subject="", **self.data)
        perform_passwordless_login(request, passkey, Login(user=passkey.user))
        response: HttpResponse = AuthenticationResponse(request)
        return response


class PasskeyFactor(AuthenticationStageAPIView):
    """A passkey as the second factor, after the password."""

    stage_class = AuthenticateStage

    def get(self, request: HttpRequest) -> HttpResponse:
        person = self.stage.login.user
        response: HttpResponse = APIResponse(request, data=asdict(passkeys.begin_answer("second_factor", str(person.pk), person)))
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        person = self.stage.login.user
        post_authentication(request, passkeys.check_answer(purpose="second_factor", subject=str(person.pk), user=person, **self.data))
        response: HttpResponse = self.respond_next_stage()
        return response


class GoogleSignIn(APIView):
    """In with what Google said (``login``); who is new needs a ``username``."""

    def post(self, request: HttpRequest) -> HttpResponse:
        login, username = self.data["login"], self.data["username"]
        pre_social_login(request, login)
        if login.is_existing:
            sign_in_social(request, login)
        elif username:
            google.sign_up(login=login, username=username)
            complete_social_signup(request, login)
        else:
            raise Conflict("Choose a username.", code="username_required", details={"sign_up_token": google.ticket(login)})
        response: HttpResponse = AuthenticationResponse(request)
        return response


class ConfirmPasskey(AuthenticatedAPIView):
    def post(self, request: HttpRequest) -> HttpResponse:
        person = authenticated_user(request)
        passkey = passkeys.check_answer(purpose="confirm", subject=str(session_id(request)), user=person, **self.data)
        post_authentication(request, passkey, reauthenticated=True)
        response: HttpResponse = AuthenticationResponse(request)
        return response


class ConfirmCode(mfa_views.ReauthenticateView):
    input_class = ConfirmCodeInput


SignIn = account_views.LoginView
ConfirmEmail = account_views.VerifyEmailView
ResetPassword = account_views.ResetPasswordView
ChangePassword = account_views.ChangePasswordView
ConfirmPassword = account_views.ReauthenticateView
Totp = mfa_views.ManageTOTPView
RecoveryCodes = mfa_views.ManageRecoveryCodesView
