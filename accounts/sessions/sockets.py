"""Who is behind a socket (setting ``REALTIME_AUTHENTICATOR``), and that they are still let in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie

from accounts.sessions import selectors, services, tokens
from accounts.sessions.models import Session
from accounts.sessions.tokens import NotAuthenticated
from core.realtime import push
from core.realtime.authentication import Identity, header
from core.realtime.codes import CloseCode
from core.realtime.connection import Connection
from core.realtime.registry import on_heartbeat
from core.realtime.wire import SessionRevoked


class Authenticator:
    """The same tokens and cookie sessions as REST and pages take, checked the same way."""

    def from_token(self, token: str) -> Identity:
        access = tokens.read_access_token(token)
        session = self._standing(tokens.session_id_of(access))
        return Identity(session.user_id, session.pk, datetime.fromtimestamp(access["exp"], UTC))

    def from_scope(self, scope: dict[str, Any]) -> Identity:
        key = parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
        store = SessionStore(key)
        session_id, user_id = store.get(services.SESSION_ID_KEY), store.get(SESSION_KEY)
        if not session_id:
            raise NotAuthenticated
        session = self._standing(UUID(session_id))
        if str(session.user_id) != user_id:
            raise NotAuthenticated
        return Identity(session.user_id, session.pk)

    def _standing(self, session_id: UUID) -> Session:
        session = selectors.session_behind(session_id)
        if session is None:
            raise NotAuthenticated
        return session


@on_heartbeat
def close_sockets_of_ended_sessions(connections: Sequence[Connection]) -> None:
    """Ending a session closes its sockets at once (``handlers``). Should that word have been lost, this finds out."""
    held = {connection.session_id for connection in connections}
    for session_id in held - selectors.standing_sessions(held):
        push.disconnect(f"session:{session_id}", CloseCode.SESSION_REVOKED, "ended", message=SessionRevoked(reason="ended"))
