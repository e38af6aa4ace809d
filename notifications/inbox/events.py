from uuid import UUID

from core.events.registry import Event


class NotificationsAdded(Event, frozen=True):
    """New lines, or lines that moved up because something joined them."""

    notification_ids: list[UUID]


class NotificationsRead(Event, frozen=True):
    """Read or gone. No ids: all there were."""

    recipient_id: UUID
    notification_ids: list[UUID]
