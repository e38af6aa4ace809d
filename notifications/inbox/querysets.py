"""Which notifications exist for whom: one's own, from people who exist for one."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from social.graph.querysets import present

if TYPE_CHECKING:
    from accounts.users.models import User
    from notifications.inbox.models import Notification  # noqa: F401 - named in the base class below


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, viewer: "User | None") -> "NotificationQuerySet":
        if viewer is None:
            return self.none()
        return self.filter(Q(actor=None) | present(viewer, "actor"), recipient=viewer)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)
