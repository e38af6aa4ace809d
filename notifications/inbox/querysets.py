"""Which notifications exist for whom: one's own, as long as anybody in them exists for one and is not muted."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.queries import somebody
from social.graph.querysets import not_muted, present

if TYPE_CHECKING:
    from accounts.users.models import User
    from notifications.inbox.models import Notification  # noqa: F401 - named in the base class below


RECIPIENT = somebody(OuterRef("recipient_id"))  # the viewer of a line, or of a cause: both rows name whose they are


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, viewer: "User | None") -> "NotificationQuerySet":
        if viewer is None:
            return self.none()
        return self._heard_by(viewer).filter(recipient=viewer.pk)

    def visible(self) -> "NotificationQuerySet":
        """Of many people's lines: those that exist for whose they are."""
        return self._heard_by(RECIPIENT)

    def with_actor_there(self) -> "NotificationQuerySet":
        """Of many people's lines: those whose latest actor exists for whose they are, and is not muted."""
        return self.filter(present(RECIPIENT, "actor"), not_muted(RECIPIENT, "actor_id"))

    def _heard_by(self, viewer: "User") -> "NotificationQuerySet":
        causes = apps.get_model("notifications_inbox", "Cause").objects
        others = causes.filter(present(viewer, "actor"), not_muted(viewer, "actor_id"), notification=OuterRef("pk"))
        # Chats are muted by themselves: a muted person still writes to one there.
        heard = present(viewer, "actor") & (Q(kind="message") | not_muted(viewer, "actor_id"))
        return self.filter(Q(actor=None) | heard | Exists(others))

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)

    def for_the_bell(self) -> "NotificationQuerySet":
        """What the bell counts: messages are counted where the chats are, and nothing is counted twice."""
        return self.exclude(kind="message")
