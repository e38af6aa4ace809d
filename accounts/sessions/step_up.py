"""Step-up: a dangerous action wants whoever holds the session to show once more, within the last minutes, that it is them.

How to ask for it, in any slice above this one:

    class Export(Endpoint):
        @step_up                              # on a method of an Endpoint …
        @operation("Download all my data", …)
        def post(self, request: Request) -> Response: …

    class Delete(FormView):
        @step_up                              # … or of a page: ``dispatch`` to ask before the form is shown, ``post`` to ask when it is sent
        def dispatch(self, request: HttpRequest, …) -> HttpResponse: …

    def page(request: HttpRequest) -> HttpResponse:
        step_up.require(request)              # a view that is a function, or a method that asks only sometimes

Over REST the refusal is 403 ``reauthentication_required``, whose ``details.ways`` name what ``auth/reauthenticate`` takes. A page's visitor is
sent to ``/settings/confirm/`` and from there back to the page (``middleware.AskAgain``): to the page itself when they asked to see it, to the
page the form stood on when they sent one. Ask on ``dispatch`` where there is a form, so that nothing typed is lost. Whoever is not signed in is
sent to sign in.

In tests: ``accounts.sessions.tests.factories.confirm(ana)`` makes all open sessions of Ana confirmed.

What counts is the best the person has: the second factor (code or passkey) where there is one, else the password, else, for people who have
neither, having signed in just now. It is noted on the session's row, so it holds for this session on every surface and for no other session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from accounts.sessions.current import session_id
from accounts.sessions.models import Proof, Session
from accounts.sessions.tokens import NotAuthenticated
from accounts.users.models import User
from core.errors import Forbidden

CONFIRMED_FOR = timedelta(minutes=5)
NOBODY = UUID(int=0)
STRENGTH = {"": 0, Proof.SIGN_IN: 1, Proof.PASSWORD: 2, Proof.SECOND_FACTOR: 3}
METHODS = {"password": Proof.PASSWORD, "mfa": Proof.SECOND_FACTOR}  # allauth's names for what was given
NOTE = "Wants `auth/reauthenticate` within the last five minutes, else refuses with `reauthentication_required`."
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person has to show: at least ``proof``, in one of ``ways`` (as ``auth/reauthenticate`` names them)."""

    proof: Proof
    ways: tuple[str, ...]


class ReauthenticationRequired(Forbidden):
    """``details.ways`` says how: ``code``, ``passkey``, ``password``, ``sign_in``."""

    default_code = "reauthentication_required"
    default_message = "This needs you to confirm that it is you."


def wanted_of(user: User) -> Wanted:
    """The best this person has."""
    types = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    if types - {Authenticator.Type.RECOVERY_CODES}:
        by_code = types & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}
        by_passkey = types & {Authenticator.Type.WEBAUTHN}
        return Wanted(Proof.SECOND_FACTOR, tuple(way for way, there in (("code", by_code), ("passkey", by_passkey)) if there))
    if user.has_usable_password():
        return Wanted(Proof.PASSWORD, ("password",))
    return Wanted(Proof.SIGN_IN, ("sign_in",))


def proof_in(records: list[dict[str, Any]]) -> Proof:
    """The strongest of what allauth noted at sign-in."""
    return max((METHODS.get(record["method"], Proof.SIGN_IN) for record in records), key=STRENGTH.__getitem__, default=Proof.SIGN_IN)


def confirmed_until(request: HttpRequest | Request, wanted: Wanted) -> datetime | None:
    """Until when this session need not show ``wanted`` again; None when it has to. Raises NotAuthenticated for a session that is over."""
    session = Session.objects.live().filter(pk=session_id(request) or NOBODY).only("confirmed_at", "confirmed_by").first()
    if session is None:
        raise NotAuthenticated("This session has ended. Sign in again.", code="session_ended")
    if session.confirmed_at is None or STRENGTH[session.confirmed_by] < STRENGTH[wanted.proof]:
        return None
    until = session.confirmed_at + CONFIRMED_FOR
    return until if until > timezone.now() else None


def require(request: HttpRequest | Request, *, password_comes_along: bool = False) -> None:
    """Refuse unless this session was confirmed within ``CONFIRMED_FOR``.

    Args:
        password_comes_along: the form asks for the current password itself, which is enough for people without a second factor.

    Raises: ReauthenticationRequired, NotAuthenticated.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    wanted = wanted_of(request.user)
    if password_comes_along and wanted.proof == Proof.PASSWORD:
        return
    if confirmed_until(request, wanted) is None:
        raise ReauthenticationRequired(details={"ways": list(wanted.ways)})


def step_up(method: Method) -> Method:
    """For a method of an Endpoint or of a page's view: ``require`` before it. See the top of this module."""
    return _guarded(method, password_comes_along=False)


def step_up_beside_password(method: Method) -> Method:
    """``step_up`` for what takes the current password along: asks only people who have a second factor."""
    return _guarded(method, password_comes_along=True)


def _guarded(method: Method, *, password_comes_along: bool) -> Method:
    @wraps(method)
    def guarded(view: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        require(request, password_comes_along=password_comes_along)
        return method(view, request, *args, **kwargs)

    guarded.__doc__ = f"{(method.__doc__ or '').rstrip()}\n\n{' ' * 8}{NOTE}\n"  # where the description of the API reads it
    return guarded  # type: ignore[return-value]
