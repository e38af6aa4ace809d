"""Edges for tests, made by the services so that the counts are right."""

from accounts.users.models import User
from social.graph import services


def make_follow(follower: User, followed: User) -> None:
    services.follow(actor=follower, target=followed)


def make_block(blocker: User, blocked: User) -> None:
    services.block(actor=blocker, target=blocked)
