"""Codes over REST: signing in and up with one, and changing what people are reached by."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.sessions import asking, entering, identities, selectors
from accounts.sessions.api import Door, current_session
from accounts.sessions.asking import Wish
from accounts.sessions.codes import Issued
from accounts.sessions.models import Purpose, Session
from accounts.sessions.serializers import (
    CodeOrNameRequest,
    CodeRequest,
    CodeSentAnswer,
    CodeTokenRequest,
    EmailRequest,
    PhoneRequest,
    SignInAnswer,
)
from accounts.sessions.step_up import step_up
from core.api.schema import operation
from core.api.views import Endpoint


def sent(issued: Issued) -> Response:
    return Response({"sent_to": issued.code.destination, **asking.answer(issued)}, status=202)


class Ask(Door):
    """Sends a code to whoever is to be let in by it."""

    def ask(self, request: Request, wish: Wish, shape: type[Serializer[Any]]) -> Response:
        return sent(asking.ask(request._request, wish, self.validated(shape)))


class ByCode(Door):
    """Signs in whoever types the code."""

    def finish(self, request: HttpRequest, purposes: set[Purpose], shape: type[CodeRequest] = CodeRequest) -> Response:
        data = self.validated(shape)
        typed = {"token": data["code_token"], "digits": data["code"], "username": data.get("username", "")}
        user, code = asking.whom_to_let_in(request, purposes=purposes, **typed)
        return self.signed_in(entering.enter_for_tokens(request, user, code))


class AskByPhone(Ask):
    limits = {"POST": "sms"}

    @operation("Text me a code", request=PhoneRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Six digits for five minutes, to sign in with. The same answer for every number; who has no account is told so by text."""
        return self.ask(request, asking.SIGN_IN_BY_PHONE, PhoneRequest)


class ConfirmByPhone(ByCode):
    limits = {"POST": "confirm"}

    @operation("Sign in or up with a texted code", request=CodeOrNameRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Finishes `auth/phone/request`, and a sign-up with a number. Five tries, however often the code is sent again.

        A second factor is asked for as after a password (`mfa_required`). Where the username of a sign-up was taken meanwhile (`username_taken`),
        the code still works: send it again with another `username`.
        """
        return self.finish(request._request, {Purpose.SIGN_IN, Purpose.SIGN_UP}, CodeOrNameRequest)


class AskByEmail(Ask):
    limits = {"POST": "mail"}

    @operation("Mail me a code", request=EmailRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Six digits for five minutes, to sign in with. The same answer for every address; who has no account is told so by mail."""
        return self.ask(request, asking.SIGN_IN_BY_EMAIL, EmailRequest)


class ConfirmByEmail(ByCode):
    limits = {"POST": "confirm"}

    @operation("Sign in with a mailed code", request=CodeRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Finishes `auth/code/request`. Five tries, however often the code is sent again. A second factor is asked for as after a password."""
        return self.finish(request._request, {Purpose.SIGN_IN})


class SendAgain(Door):
    limits = {"POST": "confirm"}

    @operation("Send the code again", request=CodeTokenRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Half a minute after the last, whatever the code is for. The one before stops working, and so does its token; tries are not given back."""
        return sent(asking.send_again(request._request, self.validated(CodeTokenRequest)["code_token"]))


class Change(Endpoint):
    """Something people are reached by. Only where the request came by a session of their own."""

    idempotent = False

    def session(self, request: Request) -> Session:
        return selectors.session_of(self.viewer, current_session(request))

    def ask(self, request: Request, wish: Wish, shape: type[Serializer[Any]]) -> Response:
        """A code at the new place, which is to prove that it is theirs."""
        return sent(asking.ask(request._request, wish, self.validated(shape), user=self.viewer))

    def confirm(self, request: Request, purpose: Purpose, change: Callable[..., None]) -> Response:
        """The code being right, ``change``."""
        data = self.validated(CodeRequest)
        session = self.session(request)
        code = asking.spend(request._request, token=data["code_token"], digits=data["code"], purposes={purpose}, user=self.viewer)
        change(user=self.viewer, code=code, where=asking.where(request._request), keep=session)
        return Response(status=204)


class ChangeEmail(Change):
    limits = {"POST": "mail"}

    @step_up
    @operation("Change my address", request=EmailRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Mails a code to the new address for `auth/change-email/confirm`. Somebody else's address gets a mail that says so instead."""
        return self.ask(request, asking.CHANGE_EMAIL, EmailRequest)


class ConfirmChangeEmail(Change):
    limits = {"POST": "confirm"}

    @operation("Confirm my new address", request=CodeRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """The old address is told, and every other session ends."""
        return self.confirm(request, Purpose.CHANGE_EMAIL, identities.change_email)


class ChangePhone(Change):
    limits = {"POST": "sms"}

    @step_up
    @operation("Change my number", request=PhoneRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Texts a code to the new number for `auth/change-phone/confirm`; also for whoever has none yet."""
        return self.ask(request, asking.CHANGE_PHONE, PhoneRequest)


class ConfirmChangePhone(Change):
    limits = {"POST": "confirm"}

    @operation("Confirm my new number", request=CodeRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """The old number and the address are told, and every other session ends."""
        return self.confirm(request, Purpose.CHANGE_PHONE, identities.change_phone)


class RemovePhone(Change):
    limits = {"POST": "confirm"}

    @step_up
    @operation("Remove my number", request=None, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Needs a confirmed address. Number and address are told, and every other session ends."""
        identities.remove_phone(user=self.viewer, where=asking.where(request._request), keep=self.session(request))
        return Response(status=204)
