"""What happens to sessions."""

from uuid import UUID

from core.events.registry import Event


class SessionEnded(Event, frozen=True):
    """The session takes nobody in any more; sockets that came in by it are to go."""

    session_id: UUID
    user_id: UUID
