"""The last step in for whoever showed who they are without allauth: its stages, among them the second factor, then the session."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.base.views import APIView
from django.http import HttpRequest, HttpResponse

from accounts.sessions import headless
from accounts.sessions.models import Code, Purpose
from accounts.users.models import User


def enter(request: HttpRequest, user: User, code: Code, redirect_url: str = "") -> HttpResponse:
    """Sign ``user`` in, in the browser's session, or send them to what is still asked for.

    Raises: Forbidden("account_closed", "account_suspended").
    """
    by_phone = code.destination.startswith("+")
    record_authentication(request, user, method="code", **{"phone" if by_phone else "email": code.destination})
    is_new = code.purpose == Purpose.SIGN_UP  # shown the first steps, as others who signed up
    login = Login(user=user, email=None if by_phone else code.destination, redirect_url=redirect_url or None, signup=is_new)
    response: HttpResponse = perform_login(request, login)
    return response


def enter_for_tokens(request: HttpRequest, user: User, code: Code) -> headless.Outcome:
    """The same over REST. Raises as ``enter``."""

    class Enter(APIView):
        handle_json_input = False

        def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = AuthenticationResponse.from_response(request, enter(request, user, code))
            return response

    return headless.call(Enter, request, {})
