"""What the sockets of a person see of their archive."""

from datetime import datetime
from uuid import UUID

from core.realtime.registry import Outbound


class ExportUpdated(Outbound, type="export:updated"):
    """It got further: ``progress`` is in percent. Ready, it is at ``GET users/me/export``."""

    id: UUID
    state: str
    progress: int
    expires_at: datetime | None
