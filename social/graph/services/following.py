"""Following and blocking."""

from django.db import transaction
from django.db.models import Q

from accounts.users.models import User
from core.errors import Forbidden, NotFound
from core.events.outbox import emit
from social.graph import policies
from social.graph.events import Blocked, Unblocked
from social.graph.models import Block, Contact
from social.graph.querysets import not_blocked
from social.graph.services.edges import add_follow, lock_edges, remove_follow, remove_follow_request, remove_friendship, remove_requests
from social.graph.services.requests import ask_to_follow


def follow(*, actor: User, target: User) -> bool:
    """Make ``actor`` follow ``target``, or ask to where the account is private. True when either is new.

    Raises:
        Forbidden("follow_oneself"): the two are one.
        NotFound: either blocks the other, or ``target`` has left.
    Events: Followed, or FollowRequested.
    """
    if actor == target:
        raise Forbidden("You cannot follow yourself.", code="follow_oneself")
    with transaction.atomic():
        lock_edges(actor, target)
        is_private = User.objects.filter(not_blocked(actor, "pk"), pk=target.pk, is_active=True).values_list("is_private", flat=True).first()
        if is_private is None:
            raise NotFound
        if is_private and not policies.follows(actor, target) and _must_ask(target):
            return ask_to_follow(actor, target)
        return add_follow(actor, target)


def unfollow(*, actor: User, target: User) -> bool:
    """Make ``actor`` no longer follow ``target``, nor ask to. True when that is new. Events: Unfollowed, or FollowRequestClosed."""
    with transaction.atomic():
        lock_edges(actor, target)
        return remove_follow_request(actor, target) or remove_follow(actor, target)


def block(*, actor: User, target: User) -> bool:
    """Part two people: neither sees the other any more, and neither follows, befriends, asks or keeps the other. True when that is new.

    Raises:
        Forbidden("block_oneself"): the two are one.
    Events: Unfollowed for each follow taken away, Unfriended, FollowRequestClosed, FriendRequestClosed, Blocked.
    """
    if actor == target:
        raise Forbidden("You cannot block yourself.", code="block_oneself")
    with transaction.atomic():
        lock_edges(actor, target)
        if Block.objects.filter(blocker=actor, blocked=target).exists():
            return False
        Block(blocker=actor, blocked=target).save(force_insert=True)
        remove_follow(actor, target)
        remove_follow(target, actor)
        remove_follow_request(actor, target)
        remove_follow_request(target, actor)
        remove_friendship(actor, target)
        remove_requests(actor, target)
        Contact.objects.filter(Q(owner=actor, person=target) | Q(owner=target, person=actor)).delete()
        emit(Blocked(blocker_id=actor.pk, blocked_id=target.pk))
        return True


def unblock(*, actor: User, target: User) -> bool:
    """Take ``actor``'s block back. True when there was one. What it ended stays ended. Events: Unblocked."""
    with transaction.atomic():
        lock_edges(actor, target)
        removed, _ = Block.objects.filter(blocker=actor, blocked=target).delete()
        if removed:
            emit(Unblocked(blocker_id=actor.pk, blocked_id=target.pk))
        return bool(removed)


def _must_ask(target: User) -> bool:
    """Whether the account is private still, with its row held: who turns that off then finds every request there is."""
    return bool(User.objects.select_for_update(no_key=True).filter(pk=target.pk, is_private=True).exists())
