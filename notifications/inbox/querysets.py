"""Which notifications exist for whom: one's own, as long as anybody in them exists for one and is not muted."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from social.graph.querysets import not_muted, present

if TYPE_CHECKING:
    from accounts.users.models import User
    from notifications.inbox.models import Notification  # noqa: F401 - named in the base class below


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, viewer: "User | None") -> "NotificationQuerySet":
        if viewer is None:
            return self.none()
        causes = apps.get_model("notifications_inbox", "Cause").objects
        others = causes.filter(present(viewer, "actor"), not_muted(viewer, "actor_id"), notification=OuterRef("pk"))
        # Chats are muted by themselves: a muted person still writes to one there.
        heard = present(viewer, "actor") & (Q(kind="message") | not_muted(viewer, "actor_id"))
        return self.filter(Q(actor=None) | heard | Exists(others), recipient=viewer)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)

    def for_the_bell(self) -> "NotificationQuerySet":
        """What the bell counts: messages are counted where the chats are, and nothing is counted twice."""
        return self.exclude(kind="message")
