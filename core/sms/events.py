"""What happens to text messages."""

from uuid import UUID

from core.events.registry import Event


class TextWritten(Event, frozen=True):
    text_id: UUID
