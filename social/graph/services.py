"""Following and blocking. Each function is idempotent: asking for what already holds changes nothing and tells nobody."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.users.models import User
from core.errors import Forbidden, NotFound
from core.events.outbox import emit
from social.graph import policies
from social.graph.events import Blocked, Followed, Unblocked, Unfollowed
from social.graph.models import Block, Follow, PersonCounts


def follow(*, actor: User, target: User) -> bool:
    """Make ``actor`` follow ``target``. True when that is new.

    Raises:
        Forbidden("follow_oneself"): the two are one.
        NotFound: either blocks the other.
    Events: Followed.
    """
    if actor == target:
        raise Forbidden("You cannot follow yourself.", code="follow_oneself")
    with transaction.atomic():
        _lock_edges(actor, target)
        if policies.is_blocked_between(actor, target):
            raise NotFound
        if policies.follows(actor, target):
            return False
        Follow(follower=actor, followed=target).save(force_insert=True)
        _count_follow(actor, target, +1)
        emit(Followed(follower_id=actor.pk, followed_id=target.pk))
        return True


def unfollow(*, actor: User, target: User) -> bool:
    """Make ``actor`` no longer follow ``target``. True when that is new. Events: Unfollowed."""
    with transaction.atomic():
        _lock_edges(actor, target)
        return _remove_follow(actor, target)


def block(*, actor: User, target: User) -> bool:
    """Part two people: neither sees the other any more, and neither follows the other. True when that is new.

    Raises:
        Forbidden("block_oneself"): the two are one.
    Events: Unfollowed for each follow taken away, Blocked.
    """
    if actor == target:
        raise Forbidden("You cannot block yourself.", code="block_oneself")
    with transaction.atomic():
        _lock_edges(actor, target)
        if Block.objects.filter(blocker=actor, blocked=target).exists():
            return False
        Block(blocker=actor, blocked=target).save(force_insert=True)
        _remove_follow(actor, target)
        _remove_follow(target, actor)
        emit(Blocked(blocker_id=actor.pk, blocked_id=target.pk))
        return True


def unblock(*, actor: User, target: User) -> bool:
    """Take ``actor``'s block back. True when there was one. Follows it ended stay ended. Events: Unblocked."""
    with transaction.atomic():
        _lock_edges(actor, target)
        removed, _ = Block.objects.filter(blocker=actor, blocked=target).delete()
        if removed:
            emit(Unblocked(blocker_id=actor.pk, blocked_id=target.pk))
        return bool(removed)


def forget_follows(*, person: User, limit: int) -> int:
    """Take away some of the follows from and to somebody who is gone. Returns how many, 0 when none was left. Events: Unfollowed for each."""
    with transaction.atomic():
        mine = Follow.objects.filter(Q(follower=person) | Q(followed=person))
        edges = list(mine.select_related("follower", "followed").order_by("id")[:limit])
        _lock_all({edge.follower_id for edge in edges} | {edge.followed_id for edge in edges})
        for edge in edges:
            _remove_follow(edge.follower, edge.followed)
    return len(edges)


def _lock_edges(one: User, other: User) -> None:
    """Hold both people's edges until the transaction ends."""
    _lock_all({one.pk, other.pk})


def _lock_all(keys: set[UUID]) -> None:
    """One row after the other in key order, made where missing: nobody waits in a circle."""
    for key in sorted(keys):
        rows = PersonCounts.objects.select_for_update()
        if rows.filter(pk=key).first() is None:
            PersonCounts.objects.bulk_create([PersonCounts(person_id=key)], ignore_conflicts=True)
            rows.get(pk=key)


def _remove_follow(follower: User, followed: User) -> bool:
    removed, _ = Follow.objects.filter(follower=follower, followed=followed).delete()
    if removed:
        _count_follow(follower, followed, -1)
        emit(Unfollowed(follower_id=follower.pk, followed_id=followed.pk))
    return bool(removed)


def _count_follow(follower: User, followed: User, change: int) -> None:
    PersonCounts.objects.filter(pk=follower.pk).update(following_count=F("following_count") + change)
    PersonCounts.objects.filter(pk=followed.pk).update(follower_count=F("follower_count") + change)


def reconcile_counts() -> int:
    """Recount everybody whose counts are not those of their edges, each under the lock the services take. Returns how many were off."""
    counted = PersonCounts.objects.annotate(followers=_edges("followed"), followings=_edges("follower"))
    off = counted.exclude(follower_count=F("followers"), following_count=F("followings")).values_list("pk", flat=True)
    for key in list(off):
        with transaction.atomic():
            row = PersonCounts.objects.select_for_update().get(pk=key)
            row.follower_count = Follow.objects.filter(followed=key).count()
            row.following_count = Follow.objects.filter(follower=key).count()
            row.save()
    return len(off)


def _edges(side: str) -> Coalesce:
    """How many edges have a row's person on ``side``, as a subquery."""
    edges = Follow.objects.filter(**{side: OuterRef("pk")}).order_by().values(side)
    return Coalesce(Subquery(edges.annotate(count=Count("pk")).values("count")), 0)
