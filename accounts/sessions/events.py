"""What happens to sessions."""

from uuid import UUID

from core.events.registry import Event


class SessionEnded(Event, frozen=True):
    """The session takes nobody in any more; sockets that came in by it are to go."""

    session_id: UUID
    user_id: UUID


class SignedInFromNewDevice(Event, frozen=True):
    """The person has been told by mail; other channels may tell them as well."""

    session_id: UUID
    user_id: UUID
