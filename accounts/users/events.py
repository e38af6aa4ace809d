"""What happens to people."""

from uuid import UUID

from core.events.registry import Event


class UserCreated(Event, frozen=True):
    user_id: UUID


class ProfileUpdated(Event, frozen=True):
    """Name, picture or privacy choices changed: whoever keeps a copy reads again."""

    user_id: UUID


class UserSuspended(Event, frozen=True):
    user_id: UUID


class UserRestored(Event, frozen=True):
    user_id: UUID
