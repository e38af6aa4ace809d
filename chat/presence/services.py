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


def depart(*, person_id: UUID, device: str) -> bool:
    """Say that a device is gone. With the last one, that is when the person was last seen, unless they were invisible.

    Returns whether the person's presence, as others see it, is another than before.
    """
    before, after = store.leave(str(person_id), device)
    if after == OFFLINE and before not in {OFFLINE, "invisible"}:
        User.objects.filter(pk=person_id).update(last_seen_at=Now())
    return shown(before) != shown(after)


def expire() -> list[UUID]:
    """Note as gone the people whose server died with them. Returns them; each is returned to one caller only."""
    gone = [UUID(person) for person in store.expired()]
    if gone:
        User.objects.filter(pk__in=gone).update(last_seen_at=Now())
    return gone
