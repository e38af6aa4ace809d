"""Which archives exist for whom, and what is owed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.data.models import Deletion, Export  # noqa: F401 - named in the base classes below
    from accounts.users.models import User


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, viewer: "User | None") -> "ExportQuerySet":
        """People see their own archives and nobody else's."""
        return self.filter(person=viewer.pk) if viewer else self.none()

    def running(self) -> "ExportQuerySet":
        return self.filter(state__in=["waiting", "building"])

    def due(self, now: datetime) -> "ExportQuerySet":
        """Work on these is owed, and nobody is at it."""
        return self.running().filter(due_at__lte=now)

    def outdated(self, now: datetime) -> "ExportQuerySet":
        return self.filter(state="ready", expires_at__lte=now)


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def undone(self) -> "DeletionQuerySet":
        return self.filter(state__in=["waiting", "erasing"])

    def due(self, now: datetime) -> "DeletionQuerySet":
        """The time of these has come, or the process that was at them is gone."""
        return self.filter(Q(state="waiting", erase_at__lte=now) | Q(state="erasing", due_at__lte=now))

    def to_remind(self, before: datetime) -> "DeletionQuerySet":
        """Not reminded yet, and gone soon."""
        return self.filter(state="waiting", reminded_at=None, erase_at__lte=before)
