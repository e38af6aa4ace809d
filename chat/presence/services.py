"""Coming, staying and going."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from accounts.users.models import User
from chat.presence import store
from chat.presence.selectors import shown
from chat.presence.store import OFFLINE, Device


def arrive(*, devices: Sequence[Device]) -> list[UUID]:
    """Say that devices are there, in the state each chose. Returns the people whose presence, as others see it, is another than before."""
    outcomes = zip(devices, store.touch(devices), strict=False)
    return [UUID(person) for (person, _, _), (before, after) in outcomes if shown(before) != shown(after)]


def depart(*, devices: Sequence[tuple[str, str]]) -> list[UUID]:
    """Say that devices, each a person and a connection, are gone. With the last of somebody's, that is when they were last seen, unless they were
    invisible.

    Returns the people whose presence, as others see it, is another than before.
    """
    outcomes = list(zip(devices, store.leave(devices), strict=False))
    gone = [UUID(person) for (person, _), (before, after) in outcomes if after == OFFLINE and before not in {OFFLINE, "invisible"}]
    if gone:
        User.objects.filter(pk__in=gone).update(last_seen_at=Now())
    return [UUID(person) for (person, _), (before, after) in outcomes if shown(before) != shown(after)]


def expire() -> list[UUID]:
    """Note as gone the people whose server died with them, but for those who were invisible: nobody saw them there.

    Returns them; each is returned to one caller only.
    """
    gone = [UUID(person) for person in store.unhidden(store.expired())]
    if gone:
        User.objects.filter(pk__in=gone).update(last_seen_at=Now())
    return gone
