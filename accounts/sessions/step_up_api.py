"""Confirming over REST that it is oneself (``step_up`` says before what)."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import headless, step_up
from accounts.sessions.factor_serializers import ConfirmationAnswer, ConfirmationRequest
from core.api.schema import operation
from core.api.views import Endpoint


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
        wanted = step_up.wanted_of(self.viewer)
        if not data.keys() & set(wanted.ways):
            raise step_up.ReauthenticationRequired(details={"ways": list(wanted.ways)})
        view = headless.ConfirmCode if "code" in data else headless.ConfirmPassword
        headless.call_for_viewer(view, request, data).done()
        return self.standing(request)

    def standing(self, request: Request) -> Response:
        wanted = step_up.wanted_of(self.viewer)
        return self.answer(ConfirmationAnswer, {"ways": wanted.ways, "confirmed_until": step_up.confirmed_until(request, wanted)})
