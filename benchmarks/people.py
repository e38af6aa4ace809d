"""Rows that every scenario needs: conversations, and tokens and cookies that outlast the run. Imported once Django is set up."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.sessions import services as sessions
from accounts.users.models import User
from chat.conversations.models import Conversation, Membership, direct_key


def pair_up(people: Sequence[User]) -> list[Conversation]:
    """The first with the second, the third with the fourth, and so on. Rows, not services: nobody is to be told."""
    pairs = list(zip(people[::2], people[1::2], strict=True))
    conversations = Conversation.objects.bulk_create(
        [Conversation(kind=Conversation.Kind.DIRECT, direct_key=direct_key(first.pk, second.pk)) for first, second in pairs]
    )
    together = zip(pairs, conversations, strict=True)
    Membership.objects.bulk_create([Membership(conversation=conversation, person=person) for pair, conversation in together for person in pair])
    return conversations


def gather(people: Sequence[User]) -> Conversation:
    """Everybody in one conversation."""
    conversation = Conversation.objects.create(kind=Conversation.Kind.GROUP)
    Membership.objects.bulk_create([Membership(conversation=conversation, person=person) for person in people])
    return conversation


def cookie_for(person: User) -> str:
    """The cookie of a browser in which the person has signed in."""
    browser = Client()
    browser.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def token_for(person: User) -> str:
    """An access token of a session of the person's own, good for a day: some runs take longer than a token lives."""
    store = SessionStore()
    store.create()
    session = sessions.open_session(user=person, session_key=str(store.session_key), address="127.0.0.1", user_agent="benchmark")
    token = AccessToken(sessions.issue_tokens(session_id=session.pk).access_token)  # type: ignore[arg-type]  # text, as in accounts.sessions.tokens
    token.set_exp(lifetime=timedelta(days=1))
    return str(token)
