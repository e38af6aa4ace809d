"""Which cases exist for whom: for moderators."""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.users.models import User
    from moderation.reports.models import Case  # noqa: F401 - named in the base class below

MODERATE = "moderation_reports.moderate"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, viewer: "User | None") -> "CaseQuerySet":
        return self if viewer is not None and viewer.has_perm(MODERATE) else self.none()

    def undecided(self) -> "CaseQuerySet":
        return self.exclude(state="closed")
