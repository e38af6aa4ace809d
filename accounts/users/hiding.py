"""Who does not want to be seen just now, as the slices above know it: they say so here, for nothing below them to betray it."""

from collections.abc import Callable, Collection
from uuid import UUID

Check = Callable[[Collection[UUID]], set[UUID]]
_checks: list[Check] = []


def register(check: Check) -> None:
    """``check(user_ids)`` says which of these people hide. A slice calls this from its ``apps.py``."""
    _checks.append(check)


def hiding_among(user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these people hide."""
    return set().union(*(check(user_ids) for check in _checks))
