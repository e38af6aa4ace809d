"""Reads of the audit trail."""

from moderation.actions.models import Act
from moderation.reports.models import Case

TRAIL = 50


def acts_about(case: Case) -> list[Act]:
    """What moderators did in this case and about the person it concerns, the latest first."""
    about = Act.objects.filter(case_id=case.pk)
    if case.person_id is not None:
        about |= Act.objects.filter(person=case.person_id)
    return list(about.order_by("-pk")[:TRAIL])
