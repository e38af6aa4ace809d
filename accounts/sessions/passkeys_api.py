"""Passkeys over REST: having them, and signing in with nothing else. Each takes two requests: options for the device, then its answer."""

from dataclasses import asdict

from allauth.mfa.models import Authenticator
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import headless, passkeys, selectors
from accounts.sessions.api import Door
from accounts.sessions.current import session_id
from accounts.sessions.factor_serializers import (
    CeremonyAnswer,
    NewPasskeyAnswer,
    PasskeyAnswerRequest,
    PasskeyName,
    PasskeyRequest,
    PasskeySerializer,
)
from accounts.sessions.serializers import SignInAnswer
from accounts.sessions.step_up import step_up
from core.api.schema import operation
from core.api.views import Endpoint


class Passkeys(Endpoint):
    idempotent = False

    @operation("List my passkeys", response=PasskeySerializer(many=True))
    def get(self, request: Request) -> Response:
        """The oldest first."""
        return self.answer(PasskeySerializer, selectors.passkeys_of(self.viewer), many=True)

    @step_up
    @operation("Add a passkey", request=PasskeyRequest, response=NewPasskeyAnswer, status=201)
    def post(self, request: Request) -> Response:
        """Takes what the device made of the options. From now on it opens the account alone, and is a second factor after the password."""
        data = self.validated(PasskeyRequest)
        added, made_codes = passkeys.add_passkey(request=request._request, user=self.viewer, session_id=session_id(request), **data)
        added.recovery_codes_made = made_codes
        return self.answer(NewPasskeyAnswer, added, status=201)


class PasskeyOptions(Endpoint):
    idempotent = False

    @step_up
    @operation("Begin adding a passkey", request=None, response=CeremonyAnswer)
    def post(self, request: Request) -> Response:
        """Give `options` to `navigator.credentials.create` or the phone's passkey service, and what it makes to `auth/passkeys`."""
        return Response(asdict(passkeys.begin_adding(self.viewer, session_id(request))))


class OnePasskey(Endpoint):
    @operation("Rename a passkey", request=PasskeyName, response=PasskeySerializer)
    def patch(self, request: Request, passkey_id: int) -> Response:
        """One of my own."""
        renamed: Authenticator = passkeys.rename_passkey(user=self.viewer, passkey_id=passkey_id, **self.validated(PasskeyName))
        return self.answer(PasskeySerializer, renamed)

    @step_up
    @operation("Remove a passkey", request=None, response=None, status=204)
    def delete(self, request: Request, passkey_id: int) -> Response:
        """One of my own, and not my only way in. Recovery codes go with the last second factor."""
        passkeys.remove_passkey(request=request._request, user=self.viewer, passkey_id=passkey_id)
        return Response(status=204)


class PasskeySignInOptions(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Begin signing in with a passkey", request=None, response=CeremonyAnswer)
    def post(self, request: Request) -> Response:
        """Give `options` to `navigator.credentials.get` or the phone's passkey service, and what it signs to `auth/passkeys/sign-in`."""
        return Response(asdict(passkeys.begin_answer("sign_in", "")))


class PasskeySignIn(Door):
    limits = {"POST": "sign_in_address"}

    @operation("Sign in with a passkey", request=PasskeyAnswerRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """No name, no password, no second factor: the passkey is all of them. Each answer is taken once."""
        return self.signed_in(headless.call(headless.PasskeySignIn, request._request, self.validated(PasskeyAnswerRequest)))
