"""Signed-in people for tests of every slice."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.sessions import services
from accounts.sessions.models import Proof, Session
from accounts.sessions.tokens import TokenPair
from accounts.users.models import User


def open_session(user: User, user_agent: str = "tests") -> Session:
    """A session as signing in makes one."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    session = services.open_session(user=user, session_key=str(store.session_key), address="127.0.0.1", user_agent=user_agent)
    store[services.SESSION_ID_KEY] = str(session.pk)
    store.save()
    return session


def confirm(user: User, proof: Proof = Proof.SECOND_FACTOR) -> None:
    """What step-up asks for was given a moment ago, in every session of ``user`` that is open now."""
    for pk in Session.objects.live().filter(user=user).values_list("pk", flat=True):
        services.confirm_session(session_id=pk, proof=proof)


def tokens_for(user: User) -> TokenPair:
    """Tokens that pass every check: ``Authorization: Bearer {tokens_for(ana).access_token}``."""
    return services.issue_tokens(session_id=open_session(user).pk)
