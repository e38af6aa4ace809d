"""What pages and REST share when somebody asks for a code or types one: limits, and where the request came from."""

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.sessions import codes, identities
from accounts.sessions.code_forms import PhoneSignUpForm
from accounts.sessions.codes import CodeExpired, Issued
from accounts.sessions.guesses import count_code_guess, forgive_guess
from accounts.sessions.identities import Where
from accounts.sessions.models import Code, Purpose
from accounts.users.models import User
from core.api.addresses import client_address
from core.api.limits import enforce, name_identity


def where(request: HttpRequest) -> Where:
    return Where(client_address(request), request.META.get("HTTP_USER_AGENT", "")[:300])


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
        raise ValidationError(
            {name: [ErrorDetail(error.messages[0], error.code) for error in errors.as_data()] for name, errors in form.errors.items()}
        )
    enforce("sms", name_identity(data["phone"]))
    return answer(identities.ask_to_sign_up(**form.cleaned_data, where=where(request)))


def send_again(request: HttpRequest, token: str) -> Issued:
    """Another code, counted like the first. Raises CodeExpired, RateLimited."""
    destination = codes.waiting(token).destination
    enforce("sms" if destination.startswith("+") else "mail", name_identity(destination))
    return identities.send_again(token=token)


def spend(request: HttpRequest, *, token: str, digits: str, purposes: set[Purpose], user: User | None = None) -> Code:
    """Have a guess counted and looked at. ``user`` is who may spend it, where one has to be signed in for it.

    Raises: CodeExpired (also for codes that are for something else, or somebody else), CodeWrong, RateLimited.
    """
    waiting = codes.waiting(token)
    if waiting.purpose not in purposes or (user is not None and waiting.user_id != user.pk):
        raise CodeExpired
    guess = count_code_guess(request, waiting.destination)
    code = codes.spend(token=token, digits=digits)
    forgive_guess(guess)
    return code
