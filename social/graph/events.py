"""What happened between two people."""

from uuid import UUID

from core.events.registry import Event


class Followed(Event, frozen=True):
    follower_id: UUID
    followed_id: UUID


class Unfollowed(Event, frozen=True):
    """Also told for each follow a block took away."""

    follower_id: UUID
    followed_id: UUID


class Blocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID


class Unblocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID
