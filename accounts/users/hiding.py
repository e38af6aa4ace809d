"""Who does not want to be seen just now, as the slices above know it: they say so here, for nothing below them to betray it."""

from collections.abc import Callable
from uuid import UUID

Check = Callable[[UUID], bool]
_checks: list[Check] = []


def register(check: Check) -> None:
    """``check(user_id)`` says whether that person hides. A slice calls this from its ``apps.py``."""
    _checks.append(check)


def is_hiding(user_id: UUID) -> bool:
    return any(check(user_id) for check in _checks)
