"""Who is behind a socket (setting ``REALTIME_AUTHENTICATOR``), and that they are still let in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as StoredSession
from django.utils import timezone

from accounts.sessions import selectors, services, tokens
from accounts.sessions.tokens import NotAuthenticated
from core.errors import DomainError
from core.realtime import push
from core.realtime.authentication import Credential, Identity
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.registry import on_heartbeat
from core.realtime.wire import SessionRevoked


class Authenticator:
    """The same tokens and cookie sessions as REST and pages take, checked the same way: one query for tokens, one more for cookies. To open a
    socket is to use the session.
    """

    def identify(self, credentials: Sequence[Credential]) -> list[Identity | DomainError]:
        by_cookie = _behind_cookies(credential.session_key for credential in credentials if credential.session_key)
        claims = [by_cookie.get(credential.session_key) if credential.session_key else _claim(credential.token) for credential in credentials]
        standing = selectors.standing_sessions({claim.session_id for claim in claims if claim is not None})
        known = [
            claim if claim and claim.session_id in standing and standing[claim.session_id].user_id == claim.user_id else None for claim in claims
        ]
        services.touch_sessions(unused_seconds={one.session_id: standing[one.session_id].unused_seconds for one in known if one})
        return [claim or NotAuthenticated() for claim in known]


def _claim(token: str) -> Identity | None:
    """Whose session an access token says it is."""
    try:
        access = tokens.read_access_token(token)
        return Identity(UUID(access["user_id"]), tokens.session_id_of(access), datetime.fromtimestamp(access["exp"], UTC))
    except (NotAuthenticated, KeyError, ValueError):
        return None


def _behind_cookies(keys: Iterable[str]) -> dict[str, Identity]:
    """Whose session each key of Django's says it is, without those that ran out or are nobody's."""
    found = {}
    if wanted := set(keys):
        for stored in StoredSession.objects.filter(pk__in=wanted, expire_date__gt=timezone.now()):
            said = SessionStore().decode(stored.session_data)
            if said.get(services.SESSION_ID_KEY) and said.get(SESSION_KEY):
                found[stored.session_key] = Identity(UUID(said[SESSION_KEY]), UUID(said[services.SESSION_ID_KEY]))
    return found


@on_heartbeat
def look_after_sessions(connections: Sequence[Connection]) -> None:
    """An open socket is a session in use. Ending a session closes its sockets at once (``handlers``); should that word have been lost, this finds
    out.
    """
    held = {UUID(connection.session_id) for connection in connections}
    standing = selectors.standing_sessions(held)
    for session_id in held - standing.keys():
        push.disconnect(f"session:{session_id}", CloseCode.SESSION_REVOKED, "ended", message=SessionRevoked(reason="ended"))
    services.touch_sessions(unused_seconds={session_id: session.unused_seconds for session_id, session in standing.items()})
