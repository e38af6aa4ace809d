"""Whom somebody might know or like to follow, and why. Friends of friends first, then whom the people one follows follow, then popular people.

However many edges a person has, looking costs the same: of the latest LOOKED_AT friends (or followed) the latest LOOKED_AT each are candidates.
Only for the few who are suggested is counted exactly.

Whose friends, or followers, the viewer may not see is not suggested for them: the reason would tell some. Private accounts the viewer does not follow
come up as popular ones alone.
"""

from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, QuerySet, UUIDField, When, Window
from django.db.models.functions import RowNumber

from accounts.users.models import User
from core.queries import UUIDS, Prepared, columns, somebody, take
from core.statements import fetch
from social.graph.models import DismissedSuggestion, Follow, FollowRequest, FriendRequest, Friendship, Mute
from social.graph.querysets import open_to, people_visible_to, present

LOOKED_AT = 50
CONSIDERED = 200  # of the candidates the likeliest, from whom those are taken who exist for the viewer
NAMED = 3  # people an explanation names
MAX_SUGGESTIONS = 50

# Two steps along the edges of one table, from the viewer outward; both along an index alone.
NEAR = """
    SELECT far.{head} AS id, count(*) AS likely
    FROM (SELECT {head} AS id FROM {table} WHERE {tail} = %(viewer)s ORDER BY {table}.id DESC LIMIT {looked_at}) AS near
    CROSS JOIN LATERAL (SELECT edge.{head} FROM {table} AS edge WHERE edge.{tail} = near.id ORDER BY edge.id DESC LIMIT {looked_at}) AS far
    GROUP BY far.{head}
"""
FRIENDS_OF_FRIENDS = NEAR.format(table="social_graph_friendship", tail="person_id", head="friend_id", looked_at=LOOKED_AT)
FOLLOWED_BY_FOLLOWED = NEAR.format(table="social_graph_follow", tail="follower_id", head="followed_id", looked_at=LOOKED_AT)
POPULAR = "SELECT person_id AS id, follower_count AS likely FROM social_graph_personcounts WHERE follower_count > 0"
# CASE has PostgreSQL look at one after the other and stop when there are enough, instead of joining them with all people who exist for the viewer.
LIKELIEST = """
    SELECT candidate.id
    FROM (
        SELECT id, likely FROM ({found}) AS found WHERE id NOT IN (SELECT id FROM known) {but} ORDER BY likely DESC, id LIMIT {considered}
    ) AS candidate
    WHERE CASE WHEN EXISTS ({visible}) THEN true ELSE false END
    ORDER BY candidate.likely DESC, candidate.id
    LIMIT %(count)s
"""
NOT_FIRST = "AND id NOT IN (SELECT id FROM first)"
NOT_SECOND = "AND id NOT IN (SELECT id FROM first UNION ALL SELECT id FROM second)"
# PostgreSQL reads on only as long as there are not enough: who has many friends of friends costs no look at the others.
CANDIDATES = """
    WITH known (id) AS MATERIALIZED (SELECT %(viewer)s::uuid UNION ALL {known}),
        first AS MATERIALIZED ({first}), second AS MATERIALIZED ({second}), third AS MATERIALIZED ({third})
    SELECT id, reason FROM (
        SELECT id, 'mutual_friends' AS reason FROM first
        UNION ALL SELECT id, 'followed_by_followed' FROM second
        UNION ALL SELECT id, 'popular' FROM third
    ) AS candidate
    LIMIT %(count)s
"""


@dataclass(slots=True)
class Suggestion:
    """Somebody, and why: ``reason`` is one of the three above; ``count`` says of how many people, some of whom are ``named``."""

    person: User
    reason: str
    count: int = 0
    named: list[User] = field(default_factory=list)

    @property
    def words(self) -> str:
        """ "4 mutual friends", "Followed by 2 people you follow", "Popular here"."""
        if self.reason == "mutual_friends":
            return f"{self.count} mutual friend{'' if self.count == 1 else 's'}"
        if self.reason == "followed_by_followed":
            return f"Followed by {self.count} {'person' if self.count == 1 else 'people'} you follow"
        return "Popular here"

    @property
    def names(self) -> str:
        """ "Ana, Ben and 2 more"; nothing where nobody is named."""
        names = [person.name for person in self.named]
        if more := self.count - len(names):
            return f"{', '.join(names)} and {more} more" if names else ""
        return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)


def suggestions_for(viewer: User, *, limit: int = 10) -> list[Suggestion]:
    """At most ``limit`` (to MAX_SUGGESTIONS) suggestions, the likeliest first. Four queries at most, for any number of people and edges."""
    rows = fetch(_candidates(), {"viewer": viewer.pk, "count": max(1, min(limit, MAX_SUGGESTIONS))})
    reasons: dict[UUID, str] = dict(rows)
    if not reasons:
        return []
    people = {row[0]: take(User, row, 1) for row in _people(viewer=viewer.pk, ids=list(reasons))}
    found = {key: Suggestion(people[key], reason) for key, reason in reasons.items() if key in people}
    for reason, between in (("mutual_friends", _friends_between), ("followed_by_followed", _followed_between)):
        if keys := [key for key in found if reasons[key] == reason]:
            for key, count, *person in between(viewer=viewer.pk, ids=keys):
                found[key].count = count
                found[key].named.append(take(User, tuple(person)))
    return [suggestion for suggestion in found.values() if suggestion.count or suggestion.reason == "popular"]


def _known(viewer: Any) -> QuerySet[Any, Any]:
    """Whom nobody suggests to the viewer: people one has something to do with already, the dismissed, the muted."""
    asked = FriendRequest.objects.filter(sender=viewer).values_list("receiver"), FriendRequest.objects.filter(receiver=viewer).values_list("sender")
    return (
        Friendship.objects.filter(person=viewer)
        .values_list("friend")
        .union(
            Follow.objects.filter(follower=viewer).values_list("followed"),
            FollowRequest.objects.filter(requester=viewer).values_list("requested"),
            *asked,
            DismissedSuggestion.objects.filter(person=viewer).values_list("dismissed"),
            Mute.objects.filter(muter=viewer).values_list("muted"),
            all=True,
        )
    )


def _visible(viewer: Any, candidate: Any) -> QuerySet[Any, Any]:
    return people_visible_to(somebody(viewer)).filter(pk=candidate).values_list("pk")


def _open(viewer: Any, candidate: Any) -> QuerySet[Any, Any]:
    return _visible(viewer, candidate).filter(open_to(somebody(viewer)))


@cache
def _candidates() -> str:
    each = (Prepared(found, viewer=UUIDField(), candidate=UUIDField()) for found in (_visible, _open))
    visible, opened = (query.sql().replace("%(candidate)s", "candidate.id") for query in each)
    likeliest = partial(LIKELIEST.format, considered=CONSIDERED)
    return CANDIDATES.format(
        known=Prepared(_known, viewer=UUIDField()).sql(),
        first=likeliest(found=FRIENDS_OF_FRIENDS, visible=opened, but=""),
        second=likeliest(found=FOLLOWED_BY_FOLLOWED, visible=opened, but=NOT_FIRST),
        third=likeliest(found=POPULAR, visible=visible, but=NOT_SECOND),
    )


def _common_friends(viewer: Any, ids: Any) -> QuerySet[Any, Any]:
    """Of each of ``ids`` the latest friends who are the viewer's too. The viewer's are looked up in a set, as in ``FriendshipQuerySet.mutual``."""
    mine = Case(When(friend__in=Friendship.objects.filter(person=viewer).values("friend"), then=True), default=False)
    shown = present(somebody(viewer), "friend") & open_to(somebody(viewer), "person")
    return _first_of_each(Friendship.objects.filter(shown, person__pk__any=ids).alias(mine=mine).filter(mine=True), "person", "friend")


def _common_followed(viewer: Any, ids: Any) -> QuerySet[Any, Any]:
    """Of each of ``ids`` the latest followers whom the viewer follows."""
    mine = Follow.objects.filter(follower=viewer, followed=OuterRef("follower"))
    shown = present(somebody(viewer), "follower") & open_to(somebody(viewer), "followed")
    return _first_of_each(Follow.objects.filter(shown, Exists(mine), followed__pk__any=ids), "followed", "follower")


def _first_of_each(edges: Any, side: str, other: str) -> QuerySet[Any, Any]:
    """The latest NAMED edges of each person on ``side``: that person's key, how many edges there are in all, and who is at the ``other`` end."""
    rank = Window(RowNumber(), partition_by=side, order_by=F("id").desc())
    total = Window(models.Count("id"), partition_by=side)
    latest: QuerySet[Any, Any] = edges.annotate(rank=rank, total=total).filter(rank__lte=NAMED).order_by("rank")
    return latest.values_list(f"{side}_id", "total", *columns(User, f"{other}__"))


def _shown(viewer: Any, ids: Any) -> QuerySet[Any, Any]:
    return people_visible_to(somebody(viewer)).filter(pk__any=ids).values_list("pk", *columns(User))


_people = Prepared(_shown, viewer=UUIDField(), ids=UUIDS)
_friends_between = Prepared(_common_friends, viewer=UUIDField(), ids=UUIDS)
_followed_between = Prepared(_common_followed, planned_anew=True, viewer=UUIDField(), ids=UUIDS)  # it is a matter of how many follow each of them
