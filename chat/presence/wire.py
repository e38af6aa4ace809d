"""What socket clients see of presence, and the rooms they see it in."""

from datetime import datetime
from uuid import UUID

from accounts.users.models import Circle
from core.realtime.registry import Outbound


def presence_room(person_id: UUID | str, circle: str) -> str:
    """Those who follow a person's presence while it is shown to ``circle``. Another circle is another room: who was in the old one hears no more."""
    return f"presence:{person_id}:{circle}"


def watchers_room(person_id: UUID | str) -> str:
    """Everybody who would like to follow a person's presence, whether or not it is shown to them: who is asked again when that may have changed."""
    return f"presence:{person_id}"


def presence_rooms(person_id: UUID | str) -> list[str]:
    """All rooms a person's presence was ever told in."""
    return [presence_room(person_id, circle) for circle in Circle if circle != Circle.NOBODY]


class PresenceUpdate(Outbound, type="presence:update"):
    """Somebody came, went, or chose another state: online, away, busy, offline; null from when it is no longer shown."""

    user: UUID
    state: str | None
    last_seen_at: datetime | None
