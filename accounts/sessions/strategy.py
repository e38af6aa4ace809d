"""How allauth's headless views find and hand out sessions: by Django's session key, which never leaves the house, and with our tokens."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.http import HttpRequest

from accounts.sessions import services


class TokenStrategy(SessionTokenStrategy):
    """Tokens come from ``services``, so that REST and pages open, refresh and end the same sessions."""

    def get_session_token(self, request: HttpRequest) -> str | None:
        """The session ``headless.call`` found for this request; clients cannot name one by header."""
        return getattr(request, "headless_session_key", None)

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any]:
        """Called once somebody has signed in; ``receivers.open_session`` ran within the sign-in, so the session is there."""
        return asdict(services.issue_tokens(session_id=UUID(request.session[services.SESSION_ID_KEY])))
