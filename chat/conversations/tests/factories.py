"""Conversations for tests, made by the services so that they are as people make them."""

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations import services
from chat.conversations.models import Conversation


def make_direct(one: User, other: User) -> Conversation:
    return services.create_direct(actor=one, target=other)


def make_pair() -> tuple[User, User, Conversation]:
    """Two people and their conversation."""
    one, other = UserFactory.create(), UserFactory.create()
    return one, other, make_direct(one, other)
