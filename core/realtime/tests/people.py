"""People without accounts: the tests of core know no app, so they bring an authenticator of their own.

A token is ``<user number>.<session number>[.<seconds until it expires>]``.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.errors import DomainError
from core.realtime.authentication import Credential, Identity


def user_id(number: int) -> str:
    return str(UUID(int=number))


class TestAuthenticator:
    """Believes every token that has its shape."""

    __test__ = False

    def identify(self, credentials: Sequence[Credential]) -> list[Identity | DomainError]:
        return [self.one(credential.token or credential.session_key) for credential in credentials]

    def one(self, token: str) -> Identity | DomainError:
        try:
            user, session, *seconds = token.split(".")
            expires_at = datetime.now(UTC) + timedelta(seconds=float(seconds[0])) if seconds else None
            return Identity(user_id=UUID(int=int(user)), session_id=UUID(int=int(session)), expires_at=expires_at)
        except ValueError:
            return DomainError("This token is not valid.", code="not_authenticated")
