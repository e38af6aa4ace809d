"""Following and blocking."""

from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.db.models import Q, UUIDField

from accounts.users.models import User
from core.errors import Forbidden, NotFound
from core.events.outbox import emit
from core.models import uuid7
from core.queries import Prepared, somebody
from core.statements import fetch
from social.graph.events import Blocked, Followed, FollowRequested, Unblocked
from social.graph.models import Block, Contact
from social.graph.querysets import people_to_meet
from social.graph.services.edges import lock_edges, remove_follow, remove_follow_request, remove_friendship, remove_requests

# Under the lock of both people's edges. A private account is asked, with its row held: who turns that off at this moment then finds the request,
# and where it is off already the follow is made. What is there already is left as it is.
FOLLOW = """
WITH target (id, is_private) AS MATERIALIZED ({people_to_meet}),
held AS MATERIALIZED (
    SELECT id FROM accounts_users_user WHERE id IN (SELECT id FROM target WHERE is_private) AND is_private FOR NO KEY UPDATE
),
closed AS MATERIALIZED (
    SELECT id FROM held WHERE NOT EXISTS (SELECT FROM social_graph_follow WHERE follower_id = %(actor)s AND followed_id = held.id)
),
edge AS (
    INSERT INTO social_graph_follow (id, created_at, follower_id, followed_id)
    SELECT %(id)s, now(), %(actor)s, id FROM target WHERE NOT EXISTS (SELECT FROM held)
    ON CONFLICT (follower_id, followed_id) DO NOTHING RETURNING id
),
request AS (
    INSERT INTO social_graph_followrequest (id, created_at, requester_id, requested_id)
    SELECT %(id)s, now(), %(actor)s, id FROM closed
    ON CONFLICT (requester_id, requested_id) DO NOTHING RETURNING id
),
counted AS (
    UPDATE social_graph_personcounts
    SET following_count = following_count + (person_id = %(actor)s)::int, follower_count = follower_count + (person_id = %(target)s)::int
    WHERE person_id IN (%(actor)s, %(target)s) AND EXISTS (SELECT FROM edge)
)
SELECT EXISTS (SELECT FROM target), EXISTS (SELECT FROM edge), EXISTS (SELECT FROM request), EXISTS (SELECT FROM closed),
    EXISTS (SELECT FROM social_graph_followrequest WHERE requester_id = %(actor)s AND requested_id = %(target)s)
"""
_people_to_meet = Prepared(
    lambda actor, target: people_to_meet(somebody(actor)).filter(pk=target).values_list("pk", "is_private"), actor=UUIDField(), target=UUIDField()
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What became of the wish to follow somebody; true when anything is new. ``waits``: it has to be approved, and was not yet."""

    is_new: bool
    waits: bool

    def __bool__(self) -> bool:
        return self.is_new


def follow(*, actor: User, target: User) -> Wish:
    """Make ``actor`` follow ``target``, or ask to where the account is private.

    Two statements: the lock of both people's edges, then everything that is decided under it; more only where a request
    waited that a new follow answers.

    Raises:
        Forbidden("follow_oneself"): the two are one.
        NotFound: either blocks the other, or ``target`` has left.
    Events: Followed, and FollowRequestClosed where a request waited; or FollowRequested.
    """
    if actor == target:
        raise Forbidden("You cannot follow yourself.", code="follow_oneself")
    key = uuid7()
    with transaction.atomic():
        lock_edges(actor, target)
        [(may_meet, is_new, is_asked, waits, had_asked)] = fetch(_follow(), {"id": key, "actor": actor.pk, "target": target.pk})
        if not may_meet:
            raise NotFound
        if is_new:
            if had_asked:  # when the account was private
                remove_follow_request(actor, target)
            emit(Followed(follower_id=actor.pk, followed_id=target.pk))
        elif is_asked:
            emit(FollowRequested(request_id=key, requester_id=actor.pk, requested_id=target.pk))
        return Wish(is_new=is_new or is_asked, waits=waits)


def unfollow(*, actor: User, target: User) -> bool:
    """Make ``actor`` no longer follow ``target``, nor ask to. True when that is new. Events: Unfollowed, FollowRequestClosed."""
    with transaction.atomic():
        lock_edges(actor, target)
        was_asked, was_followed = remove_follow_request(actor, target), remove_follow(actor, target)  # there can be both
        return was_asked or was_followed


def remove_follower(*, actor: User, follower: User) -> bool:
    """Make ``follower`` no longer follow ``actor``, without a block: they may follow, or ask to, again. True when that is new. Events: Unfollowed."""
    with transaction.atomic():
        lock_edges(actor, follower)
        return remove_follow(follower, actor)


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


@cache
def _follow() -> str:
    return FOLLOW.format(people_to_meet=_people_to_meet.sql())
