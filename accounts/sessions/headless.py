"""The way from our endpoints into allauth's headless views, and back into our answers and errors.

allauth decides: stages, links, second factors. What it answers (JSON of its own shape) becomes an ``Outcome`` or one of our errors here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account import views as account_views
from allauth.headless.base.views import APIView
from allauth.headless.constants import Client
from allauth.headless.mfa import views as mfa_views
from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.sessions.forms import MfaInput, SignUpInput
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

    def raise_errors(self) -> None:
        """Translate what allauth refused. Raises NotAuthenticated("invalid_credentials") or a ValidationError by field."""
        if any(error["code"] in WRONG_CREDENTIALS for error in self.errors):
            raise NotAuthenticated("That name and password do not go together.", code="invalid_credentials")
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

        Raises: Forbidden("email_not_confirmed"), NotAuthenticated("mfa_required", "session_ended").
        """
        self.raise_errors()
        if "access_token" in self.meta:
            return {name: self.meta[name] for name in ("access_token", "refresh_token", "expires_in")}
        if "verify_email" in self.pending:
            raise Forbidden("Confirm your address first: we have sent you a link.", code="email_not_confirmed")
        if stage := self.pending.get("mfa_authenticate"):
            details = {"types": stage.get("types", []), "mfa_token": self.meta.get("session_token")}
            raise NotAuthenticated("Now the code of your second factor.", code="mfa_required", details=details)
        raise NotAuthenticated("This sign-in has run out. Start again.", code="session_ended")


def call(view: type[APIView], request: HttpRequest, data: dict[str, Any], *, session_key: str | None = None, client: Client = Client.APP) -> Outcome:
    """Run ``view`` with ``data`` as its body.

    Args:
        session_key: Django's session the view works in; None for a new one. Not used for ``Client.BROWSER``, which works in the cookie's.
    """
    request.headless_session_key = session_key  # type: ignore[attr-defined]
    carrying: Any = type(view.__name__, (view,), {"_parse_json": lambda self, request: data})
    handler: Callable[[HttpRequest], Any] = carrying.as_api_view(client=client)
    try:
        response = handler(request)
    except ImmediateHttpResponse as immediate:
        response = immediate.response
    answer = json.loads(response.content or b"{}")
    flows = answer.get("data", {}).get("flows", []) if isinstance(answer.get("data"), dict) else []
    pending = {flow["id"]: flow for flow in flows if flow.get("is_pending")}
    return Outcome(response.status_code, answer.get("meta") or {}, pending, answer.get("errors", []))


class SignUp(account_views.SignupView):
    input_class = {"POST": SignUpInput}


class SecondFactor(mfa_views.AuthenticateView):
    input_class = MfaInput


SignIn = account_views.LoginView
ConfirmEmail = account_views.VerifyEmailView
ForgotPassword = account_views.RequestPasswordResetView
ResetPassword = account_views.ResetPasswordView
ChangePassword = account_views.ChangePasswordView
