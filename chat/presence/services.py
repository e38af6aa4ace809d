"""Coming, staying and going, and how one is seen meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

from accounts.users.models import SeenAs, User
from chat.presence import store
from chat.presence.events import SeenAsChosen
from chat.presence.store import Device
from core.errors import Unavailable
from core.events.outbox import emit

LOCK_CLASS = 0x70726573  # of advisory locks that are ours
LOCK_SECONDS = 2


def choose(*, person_id: UUID, seen_as: SeenAs) -> None:
    """Look like ``seen_as`` from now on: on all devices, those of tomorrow included, until another choice.

    Whoever becomes invisible looks as if they had left this moment. The same choice again changes nothing. Raises Unavailable. Events: SeenAsChosen.
    """
    with one_at_a_time([person_id]):
        person = User.objects.filter(pk=person_id).exclude(seen_as=seen_as)
        left = {"last_seen_at": Now()} if seen_as == SeenAs.INVISIBLE else {}
        if person.update(seen_as=seen_as, **left):
            emit(SeenAsChosen(user_id=person_id))


@contextmanager
def one_at_a_time(person_ids: Iterable[UUID]) -> Iterator[None]:
    """A transaction in which nobody else, in any process, reads these people's presence to tell it, or changes their choice.

    Without it a device that comes could read "online", wait, and say so after its person became invisible on another one. Raises Unavailable where
    somebody else takes too long: sockets are let in by those who wait here.
    """
    keys = sorted({(person_id.int & 0xFFFFFFFF) - 0x80000000 for person_id in person_ids})
    with transaction.atomic():
        _lock(keys)
        yield


def _lock(keys: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [LOCK_CLASS, keys])
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Unavailable from error
        raise


def arrive(*, devices: Sequence[Device]) -> list[UUID]:
    """Say that devices, each a person and a connection, are there. Returns the people who were not there before."""
    return [UUID(person) for person in store.touch(devices)]


def depart(*, devices: Sequence[Device]) -> list[UUID]:
    """Say that devices are gone. Returns the people who went with their last one."""
    return _note_as_gone(store.leave(devices))


def expire() -> list[UUID]:
    """Note as gone the people whose server died with them. Returns them; each is returned to one caller only."""
    return _note_as_gone(store.expired())


def _note_as_gone(people: Iterable[str]) -> list[UUID]:
    """This is when they were last seen, unless they were invisible: nobody saw them there."""
    gone = [UUID(person) for person in people]
    if gone:
        User.objects.filter(pk__in=gone).exclude(seen_as=SeenAs.INVISIBLE).update(last_seen_at=Now())
    return gone
