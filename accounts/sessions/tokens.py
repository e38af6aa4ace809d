"""The tokens of a session: JWTs by simplejwt that carry ``jti`` and ``sid``.

An access token says who came and for which session; whether that session still stands is the row's to say, and the query that loads the person
asks it (``selectors.session_behind``). There is therefore no list of denied tokens to lose: sign-out holds even when Redis is empty or away.
A refresh token is known to the database by its SHA-256 only; it is random enough (128 bits of ``jti``, signed) to need no salt.
"""

import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar
from uuid import UUID

from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.exceptions import TokenError

from core.errors import DomainError

SESSION_CLAIM = "sid"
Kind = TypeVar("Kind", bound=tokens.Token)


class NotAuthenticated(DomainError):
    """Nobody is behind this request, or no longer."""

    status = 401
    default_code = "not_authenticated"
    default_message = "Sign in first."


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client keeps. ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Claims(NamedTuple):
    """What an access token says: who came, for which session, and until when (seconds since 1970). Whether the session stands is another matter."""

    user_id: UUID
    session_id: UUID
    ends_at: float


def issue(*, user_id: UUID, session_id: UUID) -> TokenPair:
    refresh = tokens.RefreshToken()
    refresh["user_id"] = str(user_id)
    refresh[SESSION_CLAIM] = str(session_id)
    access = refresh.access_token
    return TokenPair(str(access), str(refresh), int(access.lifetime.total_seconds()))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def read_access_token(raw: str) -> tokens.AccessToken:
    """The token, if it is ours and in date. Raises NotAuthenticated("token_invalid")."""
    return _read(tokens.AccessToken, raw)


def session_of(raw: str) -> UUID:
    """The session an access token belongs to. Raises NotAuthenticated("token_invalid")."""
    return claims_of(raw).session_id


def claims_of(raw: str) -> Claims:
    """What an access token says. Raises NotAuthenticated("token_invalid").

    It is read and its signature checked once; that it is in date, each time.
    """
    claims = _claims(raw)
    if claims.ends_at <= time.time():
        raise _refused()
    return claims


@lru_cache(maxsize=10_000)
def _claims(raw: str) -> Claims:
    token = read_access_token(raw)
    return Claims(UUID(token["user_id"]), session_id_of(token), float(token["exp"]))


def read_refresh_token(raw: str) -> tokens.RefreshToken:
    """The token, if it is ours and in date. Raises NotAuthenticated("token_invalid")."""
    return _read(tokens.RefreshToken, raw)


def session_id_of(token: tokens.Token) -> UUID:
    return UUID(token[SESSION_CLAIM])


def _read(kind: type[Kind], raw: str) -> Kind:
    try:
        token = kind(raw)  # type: ignore[arg-type]  # simplejwt takes the text, its stubs say otherwise
        UUID(token[SESSION_CLAIM])
        UUID(token["user_id"])
    except (TokenError, KeyError, ValueError, TypeError):
        raise _refused() from None
    return token


def _refused() -> NotAuthenticated:
    return NotAuthenticated("This token is not valid or no longer valid.", code="token_invalid")
