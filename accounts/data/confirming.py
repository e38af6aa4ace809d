"""Asking again who it is, before an account is deleted. The one place of this slice that knows how that is done."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.sessions.forms import SecondFactorForm
from accounts.users.models import User
from core.errors import Forbidden


def confirm_identity(request: HttpRequest, user: User, *, password: str, code: str = "") -> None:
    """Check the password, and where there is one the second factor, of whoever is signed in. Wrong ones count as at sign-in.

    Raises: Forbidden("confirmation_failed", "confirmation_code_required"), RateLimited.
    """
    with context.request_context(request):
        adapter: Any = get_adapter()
        if not adapter.reauthenticate(user, password):
            raise Forbidden("This password is not right.", code="confirmation_failed")
    if not is_mfa_enabled(user):
        return
    if not code:
        raise Forbidden("Now the code of your second factor.", code="confirmation_code_required")
    if not SecondFactorForm({"code": code}, user=user).is_valid():
        raise Forbidden("This code is not right.", code="confirmation_failed")
