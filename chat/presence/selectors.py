"""Presence as one person may see another's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.users.models import Circle, User
from chat.presence import store
from social.graph.models import Follow
from social.graph.querysets import people_visible_to


@dataclass(frozen=True, slots=True)
class Presence:
    """``state`` is online, away, busy or offline, and None where the viewer may not know; then ``last_seen_at`` is None as well."""

    person: User
    state: str | None
    last_seen_at: datetime | None


def shown(state: str) -> str:
    """A state as others get it: who is invisible looks as if they were not there."""
    return store.OFFLINE if state == "invisible" else state


def presence_of(viewer: User, people: Sequence[User]) -> dict[UUID, Presence]:
    """Presence of people the viewer can see already (blocks are the caller's). One query and one round trip to Redis, however many."""
    circles = {person.pk: person.presence_shown_to for person in people}
    followers = set(
        Follow.objects.filter(follower__in=[pk for pk, circle in circles.items() if circle == Circle.FOLLOWED], followed=viewer).values_list(
            "follower_id", flat=True
        )
    )
    states = store.states([str(person.pk) for person in people])
    found = {}
    for person in people:
        is_here = person.is_active and not person.is_suspended
        may_know = is_here and (circles[person.pk] == Circle.EVERYONE or person.pk in followers or person.pk == viewer.pk)
        state = shown(states[str(person.pk)])
        found[person.pk] = Presence(person, state, person.last_seen_at) if may_know else Presence(person, None, None)
    return found


def presence_by_ids(viewer: User, person_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Presence of those of ``person_ids`` who exist for the viewer."""
    return presence_of(viewer, list(people_visible_to(viewer).filter(pk__in=person_ids)))
