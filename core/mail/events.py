"""What happens to mail."""

from uuid import UUID

from core.events.registry import Event


class MailWritten(Event, frozen=True):
    mail_id: UUID
