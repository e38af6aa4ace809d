"""Codes over REST: signing in and up with one, and changing what people are reached by."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions import asking, entering, identities, selectors
from accounts.sessions.api import Door, current_session
from accounts.sessions.codes import Issued
from accounts.sessions.models import Purpose, Session
from accounts.sessions.serializers import (
    CodeRequest,
    CodeSentAnswer,
    CodeTokenRequest,
    EmailRequest,
    PhoneRequest,
    SignInAnswer,
)
from accounts.sessions.step_up import step_up
from core.api.limits import enforce, name_identity
from core.api.schema import operation
from core.api.views import Endpoint


def sent(issued: Issued) -> Response:
    return Response({"sent_to": issued.code.destination, **asking.answer(issued)}, status=202)


class ByCode(Door):
    """Signs in whoever types the code."""

    def finish(self, request: HttpRequest, purposes: set[Purpose]) -> Response:
        data = self.validated(CodeRequest)
        code = asking.spend(request, token=data["code_token"], digits=data["code"], purposes=purposes)
        user = identities.sign_up(code=code) if code.purpose == Purpose.SIGN_UP else identities.person_to_let_in(code=code)
        return self.signed_in(entering.enter_for_tokens(request, user, code))


class AskByPhone(Door):
    limits = {"POST": "sms"}

    @operation("Text me a code", request=PhoneRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Six digits for five minutes, to sign in with. The same answer for every number; who has no account is told so by text."""
        phone = self.validated(PhoneRequest)["phone"]
        enforce("sms", name_identity(phone))
        return sent(identities.ask_to_sign_in_by_phone(phone=phone, where=asking.where(request._request)))


class ConfirmByPhone(ByCode):
    limits = {"POST": "confirm"}

    @operation("Sign in or up with a texted code", request=CodeRequest, response=SignInAnswer)
    def post(self, request: Request) -> Response:
        """Finishes `auth/phone/request`, and a sign-up with a number. Five tries, however often the code is sent again.

        A second factor is asked for as after a password (`mfa_required`).
        """
        return self.finish(request._request, {Purpose.SIGN_IN, Purpose.SIGN_UP})


class AskByEmail(Door):
    limits = {"POST": "mail"}

    @operation("Mail me a code", request=EmailRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Six digits for five minutes, to sign in with. The same answer for every address; who has no account is told so by mail."""
        email = self.validated(EmailRequest)["email"]
        enforce("mail", name_identity(email))
        return sent(identities.ask_to_sign_in_by_email(email=email, where=asking.where(request._request)))


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

    def spent(self, request: Request, purpose: Purpose) -> dict[str, Any]:
        """What the service takes, the code being right."""
        data = self.validated(CodeRequest)
        session = self.session(request)
        code = asking.spend(request._request, token=data["code_token"], digits=data["code"], purposes={purpose}, user=self.viewer)
        return {"user": self.viewer, "code": code, "where": asking.where(request._request), "keep": session}


class ChangeEmail(Change):
    limits = {"POST": "mail"}

    @step_up
    @operation("Change my address", request=EmailRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Mails a code to the new address for `auth/change-email/confirm`. Somebody else's address gets a mail that says so instead."""
        email = self.validated(EmailRequest)["email"]
        enforce("mail", name_identity(email))
        return sent(identities.ask_to_change_email(user=self.viewer, email=email, where=asking.where(request._request)))


class ConfirmChangeEmail(Change):
    limits = {"POST": "confirm"}

    @operation("Confirm my new address", request=CodeRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """The old address is told, and every other session ends."""
        identities.change_email(**self.spent(request, Purpose.CHANGE_EMAIL))
        return Response(status=204)


class ChangePhone(Change):
    limits = {"POST": "sms"}

    @step_up
    @operation("Change my number", request=PhoneRequest, response=CodeSentAnswer, status=202)
    def post(self, request: Request) -> Response:
        """Texts a code to the new number for `auth/change-phone/confirm`; also for whoever has none yet."""
        phone = self.validated(PhoneRequest)["phone"]
        enforce("sms", name_identity(phone))
        return sent(identities.ask_to_change_phone(user=self.viewer, phone=phone, where=asking.where(request._request)))


class ConfirmChangePhone(Change):
    limits = {"POST": "confirm"}

    @operation("Confirm my new number", request=CodeRequest, response=None, status=204)
    def post(self, request: Request) -> Response:
        """The old number and the address are told, and every other session ends."""
        identities.change_phone(**self.spent(request, Purpose.CHANGE_PHONE))
        return Response(status=204)


class RemovePhone(Change):
    limits = {"POST": "confirm"}

    @step_up
    @operation("Remove my number", request=None, response=None, status=204)
    def post(self, request: Request) -> Response:
        """Needs a confirmed address. Number and address are told, and every other session ends."""
        identities.remove_phone(user=self.viewer, where=asking.where(request._request), keep=self.session(request))
        return Response(status=204)
