"""What happened between two people."""

from typing import ClassVar
from uuid import UUID

from core.events.registry import Event


class Followed(Event, frozen=True):
    """``was_asked``: the followed had to approve it, and did."""

    by_worker: ClassVar[bool] = True
    follower_id: UUID
    followed_id: UUID
    was_asked: bool = False


class Unfollowed(Event, frozen=True):
    """Also told for each follow a block took away."""

    follower_id: UUID
    followed_id: UUID


class FollowRequested(Event, frozen=True):
    by_worker: ClassVar[bool] = True
    request_id: UUID
    requester_id: UUID
    requested_id: UUID


class FollowRequestClosed(Event, frozen=True):
    """A request no longer waits for an answer: approved, declined, cancelled, or gone with a block."""

    request_id: UUID
    requester_id: UUID
    requested_id: UUID


class FriendRequested(Event, frozen=True):
    request_id: UUID
    sender_id: UUID
    receiver_id: UUID


class FriendRequestClosed(Event, frozen=True):
    """A request no longer waits for its receiver: accepted, declined, cancelled, or gone with a block."""

    request_id: UUID
    sender_id: UUID
    receiver_id: UUID


class Befriended(Event, frozen=True):
    """``asker_id`` asked and ``friend_id`` agreed."""

    asker_id: UUID
    friend_id: UUID


class Unfriended(Event, frozen=True):
    """Also told when a block ended the friendship."""

    actor_id: UUID
    friend_id: UUID


class MutesChanged(Event, frozen=True):
    """What ``muter_id`` does not want to see is another now. Nobody else hears of it."""

    muter_id: UUID


class Blocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID


class Unblocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID
