"""An event of its own, and handlers that do what a test tells them."""

from collections.abc import Callable, Sequence
from typing import ClassVar
from uuid import UUID

from core.events.registry import Event, on

happened: list[UUID] = []
handed_over: list[int] = []
behaviour: dict[str, Callable[[UUID], None]] = {}


class SampleHappened(Event, frozen=True, kw_only=True):
    sample_id: UUID


class NobodyListens(Event, frozen=True, kw_only=True):
    sample_id: UUID


class FollowUp(Event, frozen=True, kw_only=True):
    sample_id: UUID


class NobodyWaits(Event, frozen=True, kw_only=True):
    """A kind that is a worker's."""

    by_worker: ClassVar[bool] = True
    sample_id: UUID


class Counted(Event, frozen=True, kw_only=True):
    """A kind that joins."""

    sample_ids: list[UUID]

    @classmethod
    def joined(cls, events: "Sequence[Counted]") -> "Counted":
        return cls(sample_ids=[one for event in events for one in event.sample_ids])


@on(Counted)
def note_all(event: Counted) -> None:
    for sample_id in event.sample_ids:
        behaviour.get("note", happened.append)(sample_id)
    handed_over.append(len(event.sample_ids))


@on(SampleHappened, NobodyWaits)
def note(event: SampleHappened | NobodyWaits) -> None:
    behaviour.get("note", happened.append)(event.sample_id)


@on(SampleHappened)
def also(event: SampleHappened) -> None:
    if "also" in behaviour:
        behaviour["also"](event.sample_id)


@on(FollowUp)
def note_follow_up(event: FollowUp) -> None:
    happened.append(event.sample_id)
