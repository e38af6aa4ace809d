"""What of a profile its owner shows to some and not to others."""

from datetime import date

from accounts.users.models import User
from social.graph.policies import lets_in


def birth_date_for(viewer: User | None, person: User) -> date | None:
    """The date of birth, where there is one and the viewer may know it."""
    return person.birth_date if person.birth_date and lets_in(person, "birth_date_shown_to", viewer) else None


def status_for(viewer: User | None, person: User) -> str:
    """What the person is up to, where the viewer may see when they are online."""
    return person.status if person.status and lets_in(person, "presence_shown_to", viewer) else ""
