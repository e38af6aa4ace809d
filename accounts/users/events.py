"""What happens to people."""

from uuid import UUID

from core.events.registry import Event


class UserCreated(Event):
    user_id: UUID


class ProfileUpdated(Event):
    """Name, picture or privacy choices changed: whoever keeps a copy reads again."""

    user_id: UUID


class UserSuspended(Event):
    user_id: UUID


class UserRestored(Event):
    user_id: UUID
