"""Kinds of events, and who listens to them.

A slice declares what happened as a frozen struct that carries ids::

    class PostCreated(Event):
        post_id: UUID

and a slice above it listens from its ``handlers.py``::

    @on(PostCreated)
    def notify_followers(event: PostCreated) -> None: ...

A kind whose handlers nobody waits for says so with ``by_worker = True``: whoever did what it tells of has the answer before they run.

``handlers`` modules are imported when the apps are ready. Handlers run at least once, in any process: they are idempotent.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import msgspec

Handler = Callable[[Any], None]
event_types: dict[str, type["Event"]] = {}
handlers: dict[str, dict[str, Handler]] = {}
prompt_handlers: set[str] = set()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events. The name stored in the outbox is the slice and the class: ``social.posts.PostCreated``."""

    by_worker: ClassVar[bool] = False  # a worker runs the handlers, not the process that wrote the event

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        event_types[event_name(cls)] = cls

    @classmethod
    def joined(cls, events: "Sequence[Any]") -> "Event | None":
        """One event that tells of all of ``events``, for kinds that can: what is settled together then costs one handler run. None for others."""
        return None


def event_name(event_type: type[Event]) -> str:
    return f"{event_type.__module__.removesuffix('.events')}.{event_type.__qualname__}"


HandlerT = TypeVar("HandlerT", bound=Handler)


def on(*types: type[Event], prompt: bool = False) -> Callable[[HandlerT], HandlerT]:
    """Register the decorated function for each of ``types``.

    A ``prompt`` handler only tells sockets, of what the process still remembers or PostgreSQL answers at once: ``outbox.tell`` runs it on the
    thread that committed, before anything that takes longer or stands on anything else.
    """

    def register(handler: HandlerT) -> HandlerT:
        name = f"{handler.__module__}.{handler.__qualname__}"
        for event_type in types:
            handlers.setdefault(event_name(event_type), {})[name] = handler
        if prompt:
            prompt_handlers.add(name)
        return handler

    return register
