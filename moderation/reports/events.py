from uuid import UUID

from core.events.registry import Event


class CaseDecided(Event, frozen=True):
    """A moderator acted: ``outcome`` is what it came to, ``explanation`` what the person concerned is told."""

    case_id: UUID
    outcome: str
    explanation: str
    act_id: UUID
