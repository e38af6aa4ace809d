"""Edges for tests, made by the services so that the counts are right."""

from accounts.users.models import User
from social.graph import services
from social.graph.models import FriendRequest


def make_follow(follower: User, followed: User) -> None:
    services.follow(actor=follower, target=followed)


def make_block(blocker: User, blocked: User) -> None:
    services.block(actor=blocker, target=blocked)


def make_request(sender: User, receiver: User, message: str = "") -> FriendRequest:
    return services.request_friendship(actor=sender, target=receiver, message=message)


def make_friends(one: User, other: User) -> None:
    services.accept_request(actor=other, request_id=make_request(one, other).pk)
