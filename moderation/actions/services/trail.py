"""The audit trail: how a row of it is made. Nothing changes one, or takes one away."""

from typing import Any

from accounts.users.models import User
from moderation.actions.models import Act, Verb

REASON = 500  # characters


def note(*, moderator: User, verb: Verb, person: User | None, **fields: Any) -> Act:
    """Add a row, in the transaction of what it tells of. Names are kept as they are now."""
    act = Act(
        moderator=moderator,
        moderator_name=moderator.username,
        verb=verb,
        person=person,
        person_name=person.username if person else "",
        **fields,
    )
    act.save(force_insert=True)
    return act
