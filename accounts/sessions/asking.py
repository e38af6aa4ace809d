"""What pages and REST share when somebody asks for a code or types one: limits, and where the request came from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.core import exceptions
from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.sessions import codes, identities
from accounts.sessions.code_forms import PhoneSignUpForm
from accounts.sessions.codes import CodeExpired, CodeWrong, Issued
from accounts.sessions.counting import count_sign_up
from accounts.sessions.guesses import count_code_guess, forgive_guess
from accounts.sessions.identities import Where
from accounts.sessions.models import Code, Purpose
from accounts.users.models import User
from core.api.addresses import client_address
from core.api.limits import enforce, enforce_request, name_identity
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Wish:
    """What a code is asked for: the field that says where it goes, the scope that counts how often, and the service that sends it."""

    field: str
    scope: str
    send: Callable[..., Issued]


SIGN_IN_BY_EMAIL = Wish("email", "mail", identities.ask_to_sign_in_by_email)
SIGN_IN_BY_PHONE = Wish("phone", "sms", identities.ask_to_sign_in_by_phone)
RESET_BY_PHONE = Wish("phone", "sms", identities.ask_to_reset_password)
CHANGE_EMAIL = Wish("email", "mail", identities.ask_to_change_email)
CHANGE_PHONE = Wish("phone", "sms", identities.ask_to_change_phone)


def where(request: HttpRequest) -> Where:
    return Where(client_address(request), request.META.get("HTTP_USER_AGENT", "")[:300])


def ask(request: HttpRequest, wish: Wish, data: dict[str, Any], **whose: User) -> Issued:
    """Have a code sent to where ``data`` says, counted by that place; the door has counted by where the request came from.

    Args:
        whose: ``user``, for wishes of somebody signed in.

    Raises: RateLimited, and as the service.
    """
    place = data[wish.field]
    enforce(wish.scope, name_identity(place))
    return wish.send(**{wish.field: place}, where=where(request), **whose)


def answer(issued: Issued) -> dict[str, Any]:
    """What REST says about a code that was sent."""
    return {
        "code_token": issued.token,
        "retry_after": int(codes.RESEND_AFTER.total_seconds()),
        "expires_in": int(codes.LIFETIME.total_seconds()),
    }


def sign_up(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """Sign-up by number over REST. Raises ValidationError by field, and as ``identities.ask_to_sign_up``."""
    form = PhoneSignUpForm(data)
    if not form.is_valid():
        raise ValidationError({name: details(errors.as_data()) for name, errors in form.errors.items()})
    count_sign_up(request, "sms", data["phone"])
    return answer(identities.ask_to_sign_up(**form.cleaned_data, where=where(request)))


def send_again(request: HttpRequest, token: str) -> Issued:
    """Another code, counted like the first: by where it goes, and by where the request came from. Raises CodeExpired, RateLimited."""
    destination = codes.waiting(token).destination
    enforce_request(request, "sms" if destination.startswith("+") else "mail", destination)
    return identities.send_again(token=token)


def spend(
    request: HttpRequest,
    *,
    token: str,
    digits: str,
    purposes: set[Purpose],
    user: User | None = None,
    accept: Callable[[Code], object] | None = None,
) -> Code:
    """Have a guess counted and looked at. ``user`` is who may spend it, where one has to be signed in for it; ``accept`` as for ``codes.spend``.

    Raises: CodeExpired (also for codes that are for something else, or somebody else), CodeWrong, RateLimited, and as ``accept``: then the guess was
        right, and counts against nobody.
    """
    waiting = codes.waiting(token)
    if waiting.purpose not in purposes or (user is not None and waiting.user_id != user.pk):
        raise CodeExpired
    guess = count_code_guess(request, waiting.destination)
    try:
        code = codes.spend(token=token, digits=digits, accept=accept)
    except (DomainError, exceptions.ValidationError) as refusal:
        if not isinstance(refusal, CodeExpired | CodeWrong):
            forgive_guess(guess)
        raise
    forgive_guess(guess)
    return code


def whom_to_let_in(request: HttpRequest, *, token: str, digits: str, purposes: set[Purpose], username: str = "") -> tuple[User, Code]:
    """Spend a code that signs in, or up: then it makes the account.

    Args:
        username: for a sign-up, another than it was asked for with. Whether it is free is told to whoever has the code.

    Raises: as ``spend``, ``identities.sign_up`` (the code can still be used) and ``identities.person_to_let_in``.
    """

    def make_account(code: Code) -> None:
        if code.purpose == Purpose.SIGN_UP:
            identities.sign_up(code=code, username=username)

    code = spend(request, token=token, digits=digits, purposes=purposes, accept=make_account)
    return identities.person_to_let_in(code=code), code


def reset_password(request: HttpRequest, *, token: str, digits: str, password: str) -> None:
    """Spend a code that sets a new password. A password that will not do costs no code.

    Raises: Django's ValidationError about the password: one that is bad for anybody before the code is looked at, so that it tells nothing, one
        that is bad for its person (like their name) only to whoever has the code; CodeExpired, CodeWrong, RateLimited.
    """
    adapter = get_adapter()
    adapter.clean_password(password)
    code = spend(
        request,
        token=token,
        digits=digits,
        purposes={Purpose.RESET_PASSWORD},
        accept=lambda code: adapter.clean_password(password, user=code.user),
    )
    identities.reset_password(user=identities.person_to_let_in(code=code), password=password, where=where(request))


def details(errors: list[exceptions.ValidationError]) -> list[ErrorDetail]:
    """What Django's forms and validators refused, as REST says it."""
    return [ErrorDetail(error.messages[0], error.code) for error in errors]
