"""Which uploads exist for whom: one's own. What shows an upload decides who sees its picture."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.users.models import User
    from media_app.uploads.models import Upload  # noqa: F401 - named in the base class below


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, viewer: "User | None") -> "UploadQuerySet":
        return self.filter(owner=viewer) if viewer else self.none()

    def unused(self) -> "UploadQuerySet":
        """Shown by nothing yet, or no longer."""
        return self.filter(unused_since__isnull=False)

    def due(self, before: datetime) -> "UploadQuerySet":
        """Whose processing was owed before that moment."""
        return self.filter(state="processing", due_at__lte=before)

    def orphaned(self, before: datetime) -> "UploadQuerySet":
        """Unused since before that moment."""
        return self.filter(unused_since__lt=before)
