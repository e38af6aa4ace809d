"""Second factors over REST: answering one at sign-in, setting up and turning off the authenticator app, recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import headless, services
from accounts.sessions.api import Door
from accounts.sessions.current import session_id
from accounts.sessions.factor_serializers import (
    CeremonyAnswer,
    FactorsAnswer,
    RecoveryCodesAnswer,
    SecondFactorOptionsRequest,
    SecondFactorRequest,
    TotpRequest,
    TotpSecretAnswer,
)
from accounts.sessions.models import Proof
from accounts.sessions.serializers import SignInAnswer
from accounts.sessions.step_up import step_up
from core.api.schema import operation
from core.api.views import Endpoint
from core.errors import Conflict, NotFound


class SecondFactor(Door):
    """Signed in, one sees what one has; on the way in, one answers with it."""

    limits = {"POST": "sign_in_address"}

    def get_authenticators(self) -> list[Any]:
        return [kind() for kind in Endpoint.authentication_classes] if self._is_look() else []

    def get_permissions(self) -> list[Any]:
        return [kind() for kind in Endpoint.permission_classes] if self._is_look() else [AllowAny()]

    def _is_look(self) -> bool:
        return self.request is not None and self.request.method == "GET"  # None while the description is being made

    @operation("What second factors I have", response=FactorsAnswer)
    def get(self, request: Request) -> Response:
        """The authenticator app, how many passkeys, how many recovery codes are left."""
        rows: dict[str, list[Authenticator]] = {}
        for row in Authenticator.objects.filter(user=self.viewer):
            rows.setdefault(row.type, []).append(row)
        totp, codes = rows.get(Authenticator.Type.TOTP, [None])[0], rows.get(Authenticator.Type.RECOVERY_CODES, [None])[0]
        left = {"unused": len(codes.wrap().get_unused_codes()), "total": len(codes.wrap().generate_codes())} if codes else None
        return self.answer(FactorsAnswer, {"totp": totp, "passkeys": len(rows.get(Authenticator.Type.WEBAUTHN, [])), "recovery_codes": left})

    @operation("Answer the second factor", request=SecondFactorRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Finishes a sign-in that stopped at `mfa_required`, with a code or with a passkey's answer to `auth/mfa/passkey-options`."""
        data = self.validated(SecondFactorRequest)
        token = data.pop("mfa_token")
        view = headless.SecondFactor if "code" in data else headless.PasskeyFactor
        return self.signed_in(headless.call(view, request._request, data, session_key=token))


class SecondFactorOptions(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Begin answering with a passkey", request=SecondFactorOptionsRequest, response=CeremonyAnswer)
    def post(self, request: Request) -> Response:
        """For a sign-in that stopped at `mfa_required` with `webauthn` among its types."""
        token = self.validated(SecondFactorOptionsRequest)["mfa_token"]
        outcome = headless.call(headless.PasskeyFactor, request._request, {}, method="GET", session_key=token)
        if outcome.status != 200:
            outcome.tokens()
        return Response(outcome.data)


class Totp(Endpoint):
    limits = {"PUT": "confirm"}
    idempotent = False

    @step_up
    @operation("Begin setting up an authenticator app", request=None, response=TotpSecretAnswer)
    def post(self, request: Request) -> Response:
        """Gives the key to put into the app. Nothing is on until `PUT` brought a code made with it. Asking again makes another key."""
        outcome = headless.call_for_viewer(headless.Totp, request, {}, method="GET")
        outcome.raise_errors()
        if "secret" not in outcome.meta:
            raise Conflict("There is an authenticator app already.", code="totp_is_on")
        return Response({"secret": outcome.meta["secret"], "url": outcome.meta["totp_url"]})

    @step_up
    @operation("Turn the authenticator app on", request=TotpRequest, response=None, status=204)
    def put(self, request: Request) -> Response:
        """Takes a code the app shows. Recovery codes are made along with it where there were none: `auth/mfa/recovery-codes`."""
        data = self.validated(TotpRequest)
        try:
            headless.call_for_viewer(headless.Totp, request, data).done()
        except IntegrityError:
            raise Conflict("There is an authenticator app already.", code="totp_is_on") from None
        if session := session_id(request):
            services.confirm_session(session_id=session, proof=Proof.SECOND_FACTOR)
        return Response(status=204)

    @step_up
    @operation("Turn the authenticator app off", request=None, response=None, status=204)
    def delete(self, request: Request) -> Response:
        """Recovery codes go with the last second factor. Nothing happens where there is no app."""
        headless.call_for_viewer(headless.Totp, request, {}, method="DELETE").done()
        return Response(status=204)


class RecoveryCodes(Endpoint):
    idempotent = False

    @step_up
    @operation("See my recovery codes", response=RecoveryCodesAnswer)
    def get(self, request: Request) -> Response:
        """Those not used yet. Each works once in place of a code from the app."""
        return self._codes(headless.call_for_viewer(headless.RecoveryCodes, request, {}, method="GET"))

    @step_up
    @operation("Make new recovery codes", request=None, response=RecoveryCodesAnswer)
    def post(self, request: Request) -> Response:
        """The old ones stop working. They come with a second factor and not without one."""
        if not Authenticator.objects.filter(user=self.viewer).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            raise Conflict("Set up a second factor first.", code="no_second_factor")
        return self._codes(headless.call_for_viewer(headless.RecoveryCodes, request, {}))

    def _codes(self, outcome: headless.Outcome) -> Response:
        if outcome.status == 404:
            raise NotFound
        outcome.done()
        return Response({"unused_codes": outcome.data["unused_codes"], "total": outcome.data["total_code_count"]})
