"""What two people may do to each other. People are given as rows or as keys, whichever the caller has."""

from uuid import UUID

from django.db.models import Q

from accounts.users.models import User
from social.graph.models import Block, Follow, Friendship

Person = User | UUID


def is_blocked_between(one: Person, other: Person) -> bool:
    """Whether either of the two blocks the other."""
    return Block.objects.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)).exists()


def follows(follower: Person, followed: Person) -> bool:
    """Whether ``follower`` follows ``followed``."""
    return Follow.objects.filter(follower=follower, followed=followed).exists()


def are_friends(one: Person, other: Person) -> bool:
    """Whether the two are friends."""
    return Friendship.objects.filter(person=one, friend=other).exists()


def can_request_friendship(actor: User, target: User) -> bool:
    """Whether ``target`` takes friend requests of ``actor``: everybody's, as long as neither blocks the other."""
    return actor != target and not is_blocked_between(actor, target)
