"""Which sessions exist for whom."""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.sessions.models import Session  # noqa: F401  (in a base class, as text)
    from accounts.users.models import User


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> "SessionQuerySet":
        """Not ended. A session whose refresh token ran out ends when the sweeper comes by; its access token is long gone by then."""
        return self.filter(ended_at=None)

    def visible_to(self, viewer: "User") -> "SessionQuerySet":
        """People see their own live sessions and nobody else's."""
        return self.live().filter(user=viewer)
