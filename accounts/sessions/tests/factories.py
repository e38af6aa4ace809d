"""Signed-in people for tests of every slice."""

from django.contrib.sessions.backends.db import SessionStore

from accounts.sessions import services
from accounts.sessions.models import Session
from accounts.sessions.tokens import TokenPair
from accounts.users.models import User


def open_session(user: User, user_agent: str = "tests") -> Session:
    """A session as signing in makes one."""
    store = SessionStore()
    store.create()
    return services.open_session(user=user, session_key=str(store.session_key), address="127.0.0.1", user_agent=user_agent)


def tokens_for(user: User) -> TokenPair:
    """Tokens that pass every check: ``Authorization: Bearer {tokens_for(ana).access_token}``."""
    return services.issue_tokens(session_id=open_session(user).pk)
