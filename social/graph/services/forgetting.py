"""Taking somebody's edges away for good, with the counts and the lists of those at the other ends."""

from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Model, Q

from accounts.users.models import User
from social.graph.models import (
    Block,
    Contact,
    ContactDigest,
    DismissedSuggestion,
    Follow,
    FollowRequest,
    FriendRequest,
    Friendship,
    KeywordMute,
    Mute,
    PersonCounts,
)
from social.graph.services.edges import lock_all, remove_follow, remove_follow_request, remove_friendship, remove_requests

# What nobody counts and nobody hears of, by the columns a person may stand in.
SILENT: dict[type[Model], tuple[str, ...]] = {
    Contact: ("owner", "person"),
    ContactDigest: ("person",),
    DismissedSuggestion: ("person", "dismissed"),
    Mute: ("muter", "muted"),
    KeywordMute: ("muter",),
    Block: ("blocker", "blocked"),
}


def forget_edges(*, person: User, limit: int) -> bool:
    """Take away follows, friendships and requests from and to somebody who is leaving, ``limit`` of each at most. True when some are left.

    Nobody ties a new one to whoever is leaving: what was begun before is waited for here, what begins later is refused under the same lock.

    Events: Unfollowed, Unfriended, FollowRequestClosed, FriendRequestClosed, as far as they apply to each.
    """
    follows = Follow.objects.filter(Q(follower=person) | Q(followed=person)).select_related("follower", "followed").order_by("id")
    friendships = Friendship.objects.filter(person=person).select_related("friend").order_by("id")
    asked_to_follow = FollowRequest.objects.filter(Q(requester=person) | Q(requested=person)).select_related("requester", "requested").order_by("id")
    asked = FriendRequest.objects.filter(Q(sender=person) | Q(receiver=person)).select_related("sender", "receiver").order_by("id")
    with transaction.atomic():
        pairs = {
            remove_follow: [(edge.follower, edge.followed) for edge in follows[:limit]],
            remove_friendship: [(person, edge.friend) for edge in friendships[:limit]],
            remove_follow_request: [(request.requester, request.requested) for request in asked_to_follow[:limit]],
            remove_requests: [(request.sender, request.receiver) for request in asked[:limit]],
        }
        lock_all({person.pk} | {each.pk for some in pairs.values() for pair in some for each in pair})
        for remove, some in pairs.items():
            for one, other in some:
                remove(one, other)
        return any(rows.exists() for rows in (follows, friendships, asked_to_follow, asked))


@transaction.atomic
def forget_rest(*, person: User, limit: int) -> bool:
    """Take away what is left of somebody without edges: what they kept for themselves and others kept of them, ``limit`` rows of each table at
    most, and in the end the counts. True when there may be more."""
    lock_all({person.pk})
    is_more = False
    for model, columns in SILENT.items():
        theirs = model._default_manager.filter(reduce(or_, (Q(**{column: person}) for column in columns)))
        some = list(theirs.values_list("pk", flat=True)[:limit])
        model._default_manager.filter(pk__in=some).delete()
        is_more |= len(some) == limit
    if not is_more:
        PersonCounts.objects.filter(pk=person.pk).delete()
    return is_more
