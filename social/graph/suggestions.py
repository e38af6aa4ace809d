"""Whom somebody might know or like to follow, and why. Friends of friends first, then whom the people one follows follow, then popular people.

However many edges a person has, looking costs the same: of the latest LOOKED_AT friends (or followed) the latest LOOKED_AT each are candidates.
Only for the few who are suggested is counted exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from accounts.users.models import User
from social.graph.models import Follow, Friendship
from social.graph.querysets import people_visible_to, present

LOOKED_AT = 50
NAMED = 3  # people an explanation names
MAX_SUGGESTIONS = 50

# Whom nobody suggests to the viewer: oneself, people one has something to do with already, people who do not exist for one, the dismissed.
STRANGERS = """
    candidate.id <> %(viewer)s
    AND NOT EXISTS (SELECT FROM social_graph_friendship WHERE person_id = %(viewer)s AND friend_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_follow WHERE follower_id = %(viewer)s AND followed_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_friendrequest WHERE sender_id = %(viewer)s AND receiver_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_friendrequest WHERE sender_id = candidate.id AND receiver_id = %(viewer)s)
    AND NOT EXISTS (SELECT FROM social_graph_dismissedsuggestion WHERE person_id = %(viewer)s AND dismissed_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_mute WHERE muter_id = %(viewer)s AND muted_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_block WHERE blocker_id = %(viewer)s AND blocked_id = candidate.id)
    AND NOT EXISTS (SELECT FROM social_graph_block WHERE blocker_id = candidate.id AND blocked_id = %(viewer)s)
"""
ACTIVE = """
    EXISTS (
        SELECT FROM accounts_users_user person
        WHERE person.id = candidate.id AND person.is_active AND (person.suspended_until IS NULL OR person.suspended_until <= statement_timestamp())
    )
"""
# Two steps along the edges of one table, from the viewer outward.
NEAR = """
    SELECT candidate.id
    FROM (
        SELECT far.{head} AS id, count(*) AS ways
        FROM (SELECT {head} AS id FROM {table} WHERE {tail} = %(viewer)s ORDER BY {table}.id DESC LIMIT %(looked_at)s) AS near
        CROSS JOIN LATERAL (SELECT edge.{head} FROM {table} AS edge WHERE edge.{tail} = near.id ORDER BY edge.id DESC LIMIT %(looked_at)s) AS far
        GROUP BY far.{head}
    ) AS candidate
    WHERE {strangers} AND {active} {but}
    ORDER BY candidate.ways DESC, candidate.id
    LIMIT %(count)s
"""
POPULAR = """
    SELECT candidate.id
    FROM (SELECT person_id AS id, follower_count FROM social_graph_personcounts WHERE follower_count > 0) AS candidate
    WHERE {strangers} AND {active} {but}
    ORDER BY candidate.follower_count DESC, candidate.id
    LIMIT %(count)s
"""
WHO = {"strangers": STRANGERS, "active": ACTIVE}
FIRST = NEAR.format(table="social_graph_friendship", tail="person_id", head="friend_id", but="", **WHO)
NOT_FIRST = "AND candidate.id NOT IN (SELECT id FROM first)"
SECOND = NEAR.format(table="social_graph_follow", tail="follower_id", head="followed_id", but=NOT_FIRST, **WHO)
NOT_SECOND = "AND candidate.id NOT IN (SELECT id FROM first) AND candidate.id NOT IN (SELECT id FROM second)"
THIRD = POPULAR.format(but=NOT_SECOND, **WHO)
# PostgreSQL reads on only as long as there are not enough: who has many friends of friends costs no look at the others.
CANDIDATES = f"""
    WITH first AS MATERIALIZED ({FIRST}), second AS MATERIALIZED ({SECOND}), third AS MATERIALIZED ({THIRD})
    SELECT id, reason FROM (
        SELECT id, 'mutual_friends' AS reason FROM first
        UNION ALL SELECT id, 'followed_by_followed' FROM second
        UNION ALL SELECT id, 'popular' FROM third
    ) AS candidate
    LIMIT %(count)s
"""  # noqa: S608 - of constants


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
    """At most ``limit`` (to MAX_SUGGESTIONS) suggestions, the likeliest first. Four queries, for any number of people and edges."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"viewer": viewer.pk, "looked_at": LOOKED_AT, "count": max(1, min(limit, MAX_SUGGESTIONS))})
        reasons: dict[UUID, str] = dict(cursor.fetchall())
    if not reasons:
        return []
    people = people_visible_to(viewer).in_bulk(list(reasons))
    found = {key: Suggestion(people[key], reason) for key, reason in reasons.items() if key in people}
    for reason, rows in (("mutual_friends", _friends_between), ("followed_by_followed", _followed_between)):
        for key, count, person in rows(viewer, list(reasons)):
            if reasons[key] == reason and key in found:
                found[key].count = count
                found[key].named.append(person)
    return list(found.values())


def _friends_between(viewer: User, keys: Sequence[UUID]) -> list[tuple[UUID, int, User]]:
    mine = Friendship.objects.filter(person=viewer, friend=OuterRef("friend"))
    edges: Any = Friendship.objects.filter(present(viewer, "friend"), Exists(mine), person__in=keys).select_related("friend")
    return [(edge.person_id, edge.total, edge.friend) for edge in _first_of_each(edges, "person")]


def _followed_between(viewer: User, keys: Sequence[UUID]) -> list[tuple[UUID, int, User]]:
    mine = Follow.objects.filter(follower=viewer, followed=OuterRef("follower"))
    edges: Any = Follow.objects.filter(present(viewer, "follower"), Exists(mine), followed__in=keys).select_related("follower")
    return [(edge.followed_id, edge.total, edge.follower) for edge in _first_of_each(edges, "followed")]


def _first_of_each(edges: Any, side: str) -> Any:
    """The latest NAMED edges of each person on ``side``, with how many there are in all."""
    rank = Window(RowNumber(), partition_by=side, order_by=F("id").desc())
    total = Window(models.Count("id"), partition_by=side)
    return edges.annotate(rank=rank, total=total).filter(rank__lte=NAMED).order_by("rank")
