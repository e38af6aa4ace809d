"""What sockets of the people concerned see of follows that have to be asked for."""

from typing import Any
from uuid import UUID

from core.realtime.registry import Outbound


class FollowRequestsWaiting(Outbound, type="follow:requests"):
    """Somebody asked to follow one, or a request no longer waits: how many do. ``user`` is who asked, null where a request went."""

    waiting: int
    user: dict[str, Any] | None


class FollowApproved(Outbound, type="follow:approved"):
    """One now follows somebody whom one had asked."""

    user: UUID
