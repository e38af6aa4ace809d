"""Whom a moderator may act on."""

from accounts.users.models import User


def can_act_on(moderator: User, person: User | None) -> bool:
    """Nobody judges themselves, and only an administrator judges people who run the place."""
    if person is None:
        return True
    return person != moderator and (moderator.is_superuser or not person.is_staff)
