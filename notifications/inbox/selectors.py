"""Reads of the inbox."""

from accounts.users.models import User
from core.paging import DEFAULT_LIMIT, Page, keyset_page
from notifications.inbox.models import Notification

MAX_COUNT = 100  # counting stops there, so that a neglected inbox costs no more than a tidy one


def inbox(viewer: User, *, unread: bool = False, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Notification]:
    """The viewer's notifications, the latest first; with ``unread`` those only. Raises Invalid("invalid_cursor")."""
    lines = Notification.objects.visible_to(viewer).select_related("actor")
    return keyset_page(lines.unread() if unread else lines, cursor=cursor, limit=limit, key="position")


def unread_count(viewer: User) -> int:
    """How many are unread, MAX_COUNT for that many or more."""
    return Notification.objects.visible_to(viewer).unread()[:MAX_COUNT].count()
