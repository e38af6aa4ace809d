"""Presence as one person may see another's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.users.models import User
from chat.presence import store
from social.graph.querysets import exclude_blocked, lets_in, people_visible_to, within_circle


@dataclass(frozen=True, slots=True)
class Presence:
    """``state`` is online, away, busy or offline, and None where the viewer may not know; then ``last_seen_at`` is None as well."""

    person: User
    state: str | None
    last_seen_at: datetime | None


def shown(state: str) -> str:
    """A state as others get it: who is invisible looks as if they were not there."""
    return store.OFFLINE if state == "invisible" else state


def hiding_among(person_ids: Collection[UUID]) -> set[UUID]:
    """Who of these people is invisible, or was a moment ago. All, where Redis does not answer: what is not known is not told."""
    return set(person_ids) - {UUID(person) for person in store.unhidden(map(str, person_ids))}


def presence_of(viewer: User | None, people: Sequence[User]) -> dict[UUID, Presence]:
    """Presence of people the viewer can see already (blocks are the caller's); nothing of those who left or are suspended.

    One query and one round trip to Redis, however many.
    """
    known = User.objects.active().filter(lets_in(viewer, "presence_shown_to"), pk__in=[person.pk for person in people])
    may_know = set(known.values_list("pk", flat=True))
    states = store.states([str(person.pk) for person in people])
    found = {}
    for person in people:
        state = shown(states[str(person.pk)])
        found[person.pk] = Presence(person, state, person.last_seen_at) if person.pk in may_know else Presence(person, None, None)
    return found


def presence_by_ids(viewer: User, person_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Presence of those of ``person_ids`` who exist for the viewer."""
    return presence_of(viewer, list(people_visible_to(viewer).filter(pk__in=person_ids)))


def presence_for(person_id: UUID, viewer_ids: Collection[UUID]) -> tuple[Presence | None, set[UUID]]:
    """The presence of one person, and which of ``viewer_ids`` may know it. The same few queries for any number; None for who is gone."""
    person = User.objects.active().filter(pk=person_id).first()
    if person is None:
        return None, set()
    state = shown(store.states([str(person_id)])[str(person_id)])
    return Presence(person, state, person.last_seen_at), who_may_know(person, viewer_ids)


def who_may_know(person: User, viewer_ids: Collection[UUID]) -> set[UUID]:
    """Which of ``viewer_ids`` are shown the presence of a person who is there, and with it what they say they are up to."""
    viewers = exclude_blocked(User.objects.filter(within_circle(person, "presence_shown_to"), pk__in=viewer_ids), person, "pk")
    return set(viewers.values_list("pk", flat=True))
