"""People without accounts: the tests of core know no app, so they bring an authenticator of their own.

A token is ``<user number>.<session number>[.<seconds until it expires>]``.
"""

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from django.conf import settings

from core.errors import DomainError
from core.realtime.authentication import Identity, header


def user_id(number: int) -> str:
    return str(UUID(int=number))


class TestAuthenticator:
    """Believes every token that has its shape."""

    __test__ = False

    def from_token(self, token: str) -> Identity:
        try:
            user, session, *seconds = token.split(".")
            expires_at = datetime.now(UTC) + timedelta(seconds=float(seconds[0])) if seconds else None
            return Identity(user_id=UUID(int=int(user)), session_id=UUID(int=int(session)), expires_at=expires_at)
        except ValueError:
            raise DomainError("This token is not valid.", code="not_authenticated") from None

    def from_scope(self, scope: dict[str, Any]) -> Identity:
        return self.from_token(SimpleCookie(header(scope, b"cookie"))[settings.SESSION_COOKIE_NAME].value)
