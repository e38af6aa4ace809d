"""What all writes of edges share: the lock of two people's edges, and taking edges away with their counts."""

from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Q, When

from accounts.users.models import User
from core.events.outbox import emit
from core.models import uuid7
from social.graph.events import Followed, Unfollowed, Unfriended
from social.graph.models import Follow, FollowRequest, FriendRequest, Friendship, PersonCounts

# Locks the rows there are (a condition that never holds leaves them as they are) and makes the others, one after the other in the order given.
LOCK = """
INSERT INTO social_graph_personcounts (person_id, follower_count, following_count, friend_count)
SELECT key, 0, 0, 0 FROM unnest(%s::uuid[]) AS key
ON CONFLICT (person_id) DO UPDATE SET friend_count = excluded.friend_count WHERE false
"""
# The edge and both counts in one statement; nothing where the edge is there already. Both rows of counts are locked by the caller.
ADD_FOLLOW = """
WITH edge AS (
    INSERT INTO social_graph_follow (id, created_at, follower_id, followed_id) VALUES (%(id)s, now(), %(follower)s, %(followed)s)
    ON CONFLICT (follower_id, followed_id) DO NOTHING RETURNING id
)
UPDATE social_graph_personcounts
SET following_count = following_count + (person_id = %(follower)s)::int, follower_count = follower_count + (person_id = %(followed)s)::int
WHERE person_id IN (%(follower)s, %(followed)s) AND EXISTS (SELECT FROM edge)
"""


def lock_edges(one: User, other: User) -> None:
    """Hold both people's edges until the transaction ends."""
    lock_all({one.pk, other.pk})


def lock_all(keys: set[UUID]) -> None:
    """Hold the edges of all these people until the transaction ends. Always in the order of their keys, so nobody waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(keys)])


def add_follow(follower: User, followed: User, *, was_asked: bool = False) -> bool:
    """Write a follow and count it, under the lock of both. True when it is new. Events: Followed."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_FOLLOW, {"id": uuid7(), "follower": follower.pk, "followed": followed.pk})
        is_new = bool(cursor.rowcount)
    if is_new:
        emit(Followed(follower_id=follower.pk, followed_id=followed.pk, was_asked=was_asked))
    return is_new


def remove_follow(follower: User, followed: User) -> bool:
    """Take a follow away, under the lock of both. True when there was one. Events: Unfollowed."""
    removed, _ = Follow.objects.filter(follower=follower, followed=followed).delete()
    if removed:
        count_follow(follower, followed, -1)
        emit(Unfollowed(follower_id=follower.pk, followed_id=followed.pk))
    return bool(removed)


def remove_follow_request(requester: User, requested: User) -> bool:
    """Take away what one asked the other, under the lock of both. True when there was such a request. Events: FollowRequestClosed."""
    request = FollowRequest.objects.filter(requester=requester, requested=requested).first()
    if request is not None:
        emit(request.closed())
        request.delete()
    return request is not None


def count_follow(follower: User, followed: User, change: int) -> None:
    following = Case(When(pk=follower.pk, then=change), default=0)
    followers = Case(When(pk=followed.pk, then=change), default=0)
    people = PersonCounts.objects.filter(pk__in=[follower.pk, followed.pk])
    people.update(following_count=F("following_count") + following, follower_count=F("follower_count") + followers)


def remove_friendship(actor: User, other: User) -> bool:
    """Take both halves of a friendship away, under the lock of both. True when there was one. Events: Unfriended."""
    removed, _ = Friendship.objects.filter(Q(person=actor, friend=other) | Q(person=other, friend=actor)).delete()
    if removed:
        count_friendship(actor.pk, other.pk, -1)
        emit(Unfriended(actor_id=actor.pk, friend_id=other.pk))
    return bool(removed)


def remove_requests(one: User, other: User) -> None:
    """Take away what either asked the other, under the lock of both. Events: FriendRequestClosed for a request that was waiting."""
    between = FriendRequest.objects.filter(Q(sender=one, receiver=other) | Q(sender=other, receiver=one))
    for request in between.filter(declined_at=None):
        emit(request.closed())
    between.delete()


def count_friendship(one: UUID, other: UUID, change: int) -> None:
    PersonCounts.objects.filter(pk__in=[one, other]).update(friend_count=F("friend_count") + change)
