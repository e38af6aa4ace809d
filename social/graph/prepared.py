"""What is asked of the graph most, as queries that are put together once (``core.queries``).

What they ask are the querysets of this slice. Viewers are given by their keys; for whoever is not signed in that is NULL, which no row is equal to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, UUIDField

from accounts.users.models import User
from accounts.users.querysets import UserQuerySet
from core.queries import Prepared, columns, somebody
from social.graph.models import Contact, Follow, FollowRequest, FriendRequest, Friendship, Mute
from social.graph.querysets import people_visible_to

Finding = tuple[Prepared, Prepared]  # of one person, by the id and by the username


@dataclass(frozen=True, slots=True)
class Relation:
    """How the viewer and a person stand to each other. Of friend requests those that wait, by their ids; what the viewer asked and the other
    declined waits as far as the viewer knows."""

    following: bool = False
    followed_by: bool = False
    requested: bool = False  # the viewer asked to follow and has no answer
    friends: bool = False
    request_sent: UUID | None = None
    request_received: UUID | None = None
    muted: bool = False
    contact: UUID | None = None


def _with_relation(people: UserQuerySet, viewer: Any) -> UserQuerySet:
    """People with the fields of ``Relation`` to the one whose key is ``viewer``, in the query that finds them."""
    them = OuterRef("pk")
    return people.annotate(
        following=Exists(Follow.objects.filter(follower=viewer, followed=them)),
        followed_by=Exists(Follow.objects.filter(follower=them, followed=viewer)),
        requested=Exists(FollowRequest.objects.filter(requester=viewer, requested=them)),
        friends=Exists(Friendship.objects.filter(person=viewer, friend=them)),
        request_sent=Subquery(FriendRequest.objects.filter(sender=viewer, receiver=them, withdrawn_at=None).values("pk")),
        request_received=Subquery(FriendRequest.objects.filter(sender=them, receiver=viewer, declined_at=None).values("pk")),
        muted=Exists(Mute.objects.in_force().filter(muter=viewer, muted=them)),
        contact=Subquery(Contact.objects.filter(owner=viewer, person=them).values("pk")),
    )


def _finding(found: Callable[[Any], UserQuerySet], *more: str) -> Finding:
    """The one of ``found(viewer)`` with an id, and the one with a username: their columns and ``more``."""
    shown = [*columns(User), *more]
    by_key = Prepared(lambda viewer, name: found(viewer).filter(pk=name).values_list(*shown), viewer=UUIDField(), name=UUIDField())
    by_name = Prepared(lambda viewer, name: found(viewer).named(name).values_list(*shown), viewer=UUIDField(), name=CharField())
    return by_key, by_name


def _list(edges: Callable[[Any, Any], QuerySet[Any]], other: str) -> Prepared:
    """A page of ``edges(person, viewer)``, newest first: the key of each and the columns of the person at its ``other`` end."""

    def page(viewer: Any, person: Any, before: Any, limit: int) -> Any:
        found = edges(person, somebody(viewer)).filter(pk__lt=before).order_by("-pk")
        return found.values_list("pk", *columns(User, f"{other}__"))[:limit]

    return Prepared(page, viewer=UUIDField(), person=UUIDField(), before=UUIDField())


visible = _finding(lambda viewer: people_visible_to(somebody(viewer)))
met = _finding(lambda viewer: _with_relation(people_visible_to(somebody(viewer)), viewer), *Relation.__slots__)
relation = Prepared(
    lambda viewer, key: _with_relation(User.objects.filter(pk=key), viewer).values_list(*Relation.__slots__), viewer=UUIDField(), key=UUIDField()
)
followers = _list(lambda person, viewer: Follow.objects.followers_of(person, viewer), "follower")
following = _list(lambda person, viewer: Follow.objects.followed_by(person, viewer), "followed")
mutual_friends = _list(lambda person, viewer: Friendship.objects.mutual(viewer, person), "friend")
