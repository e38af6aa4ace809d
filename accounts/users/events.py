"""What happens to people."""

from uuid import UUID

from core.events.registry import Event


class UserCreated(Event, frozen=True):
    user_id: UUID


class ProfileUpdated(Event, frozen=True):
    """Name, picture or privacy choices changed: whoever keeps a copy reads again."""

    user_id: UUID


class PrivacyChanged(Event, frozen=True):
    """A person let others nearer or kept them further off: whoever let somebody see something asks again. ``choices`` are the fields changed."""

    user_id: UUID
    choices: list[str]


class AddressesChanged(Event, frozen=True):
    """The addresses or numbers a person has confirmed are others now."""

    user_id: UUID


class UserSuspended(Event, frozen=True):
    user_id: UUID


class UserRestored(Event, frozen=True):
    user_id: UUID
