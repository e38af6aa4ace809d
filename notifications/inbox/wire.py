"""What sockets see of the inbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.realtime.registry import Inbound, Outbound


class NotificationNew(Outbound, type="notification:new"):
    """A new line, or an unread one that something joined: it takes the place of the line with its id."""

    id: UUID
    kind: str
    actor: dict[str, Any] | None
    actor_count: int
    target: dict[str, Any] | None
    text: str
    excerpt: str
    url: str
    is_read: bool
    updated_at: datetime


class NotificationsReadFrame(Outbound, type="notification:read"):
    """These lines are read or gone; null means all of them."""

    ids: list[UUID] | None


class NotificationCount(Outbound, type="notification:count"):
    """How many lines are unread, those of messages left out (the chats count them); ``MAX_COUNT`` stands for that many or more."""

    unread: int


class NotificationReadCommand(Inbound):
    """Mark a line as read."""

    id: UUID
