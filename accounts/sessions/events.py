"""What happens to sessions."""

from typing import ClassVar
from uuid import UUID

from core.events.registry import Event


class SessionEnded(Event, frozen=True):
    """The session takes nobody in any more; sockets that came in by it are to go."""

    session_id: UUID
    user_id: UUID


class SignedInFromNewDevice(Event, frozen=True):
    """The person has been told by mail; other channels may tell them as well."""

    session_id: UUID
    user_id: UUID


class SignInRefused(Event, frozen=True):
    """A name and a password did not go together, or do but belong to a sign-up that waits to be confirmed: ``waiting_id``."""

    by_worker: ClassVar[bool] = True

    waiting_id: UUID | None
