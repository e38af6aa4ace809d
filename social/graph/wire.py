"""What sockets of the people concerned see of friendships, and of follows that have to be asked for. ``waiting`` is how many requests wait for
the person whose devices hear it."""

from datetime import datetime
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


class FriendRequestFrame(Outbound, type="friend:request"):
    """Somebody would like to be a friend."""

    id: UUID
    person: dict[str, Any]
    message: str
    created_at: datetime
    waiting: int


class FriendRequestClosedFrame(Outbound, type="friend:request_closed"):
    """A request does not wait any more: answered on another device, or taken back."""

    id: UUID
    waiting: int


class FriendAccepted(Outbound, type="friend:accepted"):
    """Somebody is a friend now."""

    person: dict[str, Any]


class FriendRemoved(Outbound, type="friend:removed"):
    """Somebody is no friend any more."""

    person: UUID
