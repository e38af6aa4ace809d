"""Confirming over REST that it is oneself (``step_up`` says before what)."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import headless, passkeys, step_up
from accounts.sessions.current import session_id
from accounts.sessions.factor_serializers import CeremonyAnswer, ConfirmationAnswer, ConfirmationRequest
from core.api.schema import operation
from core.api.views import Endpoint

VIEWS = {"password": headless.ConfirmPassword, "code": headless.ConfirmCode, "passkey": headless.ConfirmPasskey}


class Reauthenticate(Endpoint):
    limits = {"POST": "sign_in_address"}
    idempotent = False

    @operation("How to confirm that it is me", response=ConfirmationAnswer)
    def get(self, request: Request) -> Response:
        """`ways` is what I can send: `code` and `passkey` with a second factor, else `password`; `sign_in` where only signing in anew will do."""
        return self.standing(request)

    @operation("Confirm that it is me", request=ConfirmationRequest, response=ConfirmationAnswer)
    def post(self, request: Request) -> Response:
        """Takes one of the `ways`. Dangerous actions of this session, and of no other, go through for the next five minutes."""
        data = self.validated(ConfirmationRequest)
        way = "passkey" if "credential" in data else next(iter(data))
        wanted = step_up.wanted_of(self.viewer)
        if way not in wanted.ways:
            raise step_up.ReauthenticationRequired(details={"ways": list(wanted.ways)})
        headless.call_for_viewer(VIEWS[way], request, data).done()
        return self.standing(request)

    def standing(self, request: Request) -> Response:
        wanted = step_up.wanted_of(self.viewer)
        return self.answer(ConfirmationAnswer, {"ways": wanted.ways, "confirmed_until": step_up.confirmed_until(request, wanted)})


class ReauthenticateOptions(Endpoint):
    limits = {"POST": "sign_in_address"}
    idempotent = False

    @operation("Begin confirming with a passkey", request=None, response=CeremonyAnswer)
    def post(self, request: Request) -> Response:
        """Give `options` to `navigator.credentials.get` or the phone's passkey service, and what it signs to `auth/reauthenticate`."""
        return Response(asdict(passkeys.begin_answer("confirm", str(session_id(request)), self.viewer)))
