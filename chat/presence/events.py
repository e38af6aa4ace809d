"""What happened to how people want to be seen. Coming and going are no events: they are told as they happen, and kept by nobody."""

from uuid import UUID

from core.events.registry import Event


class SeenAsChosen(Event, frozen=True):
    """Somebody wants to look another way than before while they are connected."""

    user_id: UUID
