"""Whose a socket is. How tokens and cookies are checked is the accounts slices' business: they provide the ``Authenticator``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.module_loading import import_string

from core.errors import DomainError

TOKEN_PREFIX = "bearer."  # noqa: S105 - the prefix, not a token
PROTOCOL = "hubbub.v1"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, signed in. ``expires_at`` is when the socket needs a fresh token; None where it lives as long as the session."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client shows: an access token, or the key of its cookie session."""

    token: str = ""
    session_key: str = ""


class Authenticator(Protocol):
    """What REALTIME_AUTHENTICATOR names. It runs on a thread."""

    def identify(self, credentials: Sequence[Credential]) -> Sequence[Identity | DomainError]:
        """Whose each credential is, in their order; DomainError("not_authenticated") or the like where it is nobody's."""


@cache
def _authenticator(path: str) -> Authenticator:
    authenticator: Authenticator = import_string(path)()
    return authenticator


def authenticator() -> Authenticator:
    """The one settings name."""
    return _authenticator(settings.REALTIME_AUTHENTICATOR)


def header(scope: dict[str, Any], name: bytes) -> str:
    """The first header of that (lower-case) name, or ""."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def offered_token(scope: dict[str, Any]) -> str | None:
    """The token in ``Sec-WebSocket-Protocol: hubbub.v1, bearer.<token>``, if there is one."""
    return next((offer.removeprefix(TOKEN_PREFIX) for offer in scope.get("subprotocols", ()) if offer.startswith(TOKEN_PREFIX)), None)


def session_cookie(scope: dict[str, Any]) -> str | None:
    """The key of the cookie session, if the client sent a cookie of that name."""
    return parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)


def origin_allowed(scope: dict[str, Any]) -> bool:
    """Browsers name the page a socket is opened from. Ours, and those the operator lists, may; programs name none and bring no cookies."""
    origin = header(scope, b"origin")
    if not origin:
        return session_cookie(scope) is None
    if origin in {settings.SITE_URL, *settings.REALTIME_ALLOWED_ORIGINS}:
        return True
    parts = urlsplit(origin)
    host, _ = split_domain_port(parts.netloc)
    same_host = parts.scheme in {"http", "https"} and parts.netloc == header(scope, b"host")
    return same_host and validate_host(host, settings.ALLOWED_HOSTS)
