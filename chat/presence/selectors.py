"""Presence as one person may see another's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from accounts.users.models import SeenAs, User
from chat.presence import store
from core.queries import UUIDS, Prepared, somebody
from social.graph.querysets import exclude_blocked, lets_in, people_visible_to, within_circle

OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """``state`` is online, away, busy or offline, and None where the viewer may not know; then ``last_seen_at`` is None as well."""

    person: User
    state: str | None
    last_seen_at: datetime | None


def shown(seen_as: str, *, is_there: bool) -> str:
    """A state as others get it: who is invisible looks as if they were not there."""
    return seen_as if is_there and seen_as != SeenAs.INVISIBLE else OFFLINE


def presence_of(viewer: User | None, people: Sequence[User]) -> dict[UUID, Presence]:
    """Presence of people the viewer can see already (blocks are the caller's); nothing of those who left or are suspended.

    One query and one round trip to Redis, however many.
    """
    ids = [person.pk for person in people]
    chosen: dict[UUID, str] = dict(_known_to_anybody(ids=ids) if viewer is None else _known(viewer=viewer.pk, ids=ids))
    there = store.there(str(person.pk) for person in people)
    found = {}
    for person in people:
        if person.pk in chosen:
            found[person.pk] = Presence(person, shown(chosen[person.pk], is_there=str(person.pk) in there), person.last_seen_at)
        else:
            found[person.pk] = Presence(person, None, None)
    return found


def _knowable(viewer: Any, ids: Any) -> QuerySet[User, Any]:
    return User.objects.active().filter(lets_in(viewer, "presence_shown_to"), pk__any=ids).values_list("pk", "seen_as")  # type: ignore[no-any-return]


_known = Prepared(lambda viewer, ids: _knowable(somebody(viewer), ids), viewer=UUIDField(), ids=UUIDS)
_known_to_anybody = Prepared(lambda ids: _knowable(None, ids), ids=UUIDS)


def presence_by_ids(viewer: User, person_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Presence of those of ``person_ids`` who exist for the viewer."""
    return presence_of(viewer, list(people_visible_to(viewer).filter(pk__in=person_ids)))


def presence_for(person_id: UUID, viewer_ids: Collection[UUID]) -> tuple[Presence | None, set[UUID]]:
    """The presence of one person, and which of ``viewer_ids`` may know it. The same few queries for any number; None for who is gone."""
    person = User.objects.active().filter(pk=person_id).first()
    if person is None:
        return None, set()
    state = shown(person.seen_as, is_there=bool(store.there([str(person_id)])))
    return Presence(person, state, person.last_seen_at), who_may_know(person, viewer_ids)


def who_may_know(person: User, viewer_ids: Collection[UUID]) -> set[UUID]:
    """Which of ``viewer_ids`` are shown the presence of a person who is there, and with it what they say they are up to."""
    viewers = exclude_blocked(User.objects.filter(within_circle(person, "presence_shown_to"), pk__in=viewer_ids), person, "pk")
    return set(viewers.values_list("pk", flat=True))
