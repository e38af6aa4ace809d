"""Reads of the audit trail."""

from accounts.users.models import User
from moderation.actions.models import Act
from moderation.reports.models import Case

TRAIL = 50


def acts_about(case: Case) -> list[Act]:
    """What moderators did in this case and about the person it concerns, the latest first."""
    about = Act.objects.filter(case_id=case.pk)
    if case.person_id is not None:
        about |= Act.objects.filter(person=case.person_id)
    return list(about.order_by("-pk")[:TRAIL])


def acts_about_person(person: User) -> list[Act]:
    """What was ever done to a person, the latest first."""
    return list(Act.objects.filter(person=person).order_by("-pk")[:TRAIL])
