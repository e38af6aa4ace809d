"""How often one may sign up, by every way to do it that asks for a form."""

from django.http import HttpRequest

from core.api.limits import enforce, enforce_request, name_identity


def count_sign_up(request: HttpRequest, scope: str, destination: str) -> None:
    """Count a sign-up whose form is in order, and the message it sends. Forms sent back for what was typed have a wider limit of their own.

    Args:
        scope: of the message, "mail" or "sms".

    Raises: RateLimited.
    """
    enforce_request(request, "sign_up")
    enforce(scope, name_identity(destination))
