"""What happens to people."""

from uuid import UUID

from core.events.registry import Event


class UserCreated(Event, frozen=True):
    user_id: UUID


class ProfileUpdated(Event, frozen=True):
    """Name, picture or privacy choices changed: whoever keeps a copy reads again. ``fields`` are those of the row that are others now."""

    user_id: UUID
    fields: list[str] = []


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


class UserClosed(Event, frozen=True):
    """Staff closed the account, and the person is hidden from now on."""

    user_id: UUID


class UserReopened(Event, frozen=True):
    """Staff opened the account again."""

    user_id: UUID


class UserLeaving(Event, frozen=True):
    """The person asked for their account to be deleted, and is hidden from now on."""

    user_id: UUID


class UserReturned(Event, frozen=True):
    """The account is kept after all."""

    user_id: UUID


class SignUpGivenUp(Event, frozen=True):
    """Nobody confirmed it: name and address are free again, and a row without a name is left to be cleared away."""

    user_id: UUID


class UserErased(Event, frozen=True):
    """Nothing is left but a row without a name."""

    user_id: UUID
