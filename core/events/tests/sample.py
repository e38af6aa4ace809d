"""An event of its own, and handlers that do what a test tells them."""

from collections.abc import Callable
from uuid import UUID

from core.events.registry import Event, on

happened: list[UUID] = []
behaviour: dict[str, Callable[[UUID], None]] = {}


class SampleHappened(Event, frozen=True, kw_only=True):
    sample_id: UUID


class NobodyListens(Event, frozen=True, kw_only=True):
    sample_id: UUID


class FollowUp(Event, frozen=True, kw_only=True):
    sample_id: UUID


@on(SampleHappened)
def note(event: SampleHappened) -> None:
    behaviour.get("note", happened.append)(event.sample_id)


@on(SampleHappened)
def also(event: SampleHappened) -> None:
    if "also" in behaviour:
        behaviour["also"](event.sample_id)


@on(FollowUp)
def note_follow_up(event: FollowUp) -> None:
    happened.append(event.sample_id)
