"""Reads of reports and cases."""

from typing import Any
from uuid import UUID

from accounts.users.models import User
from core import reportable
from core.errors import NotFound
from core.reportable import Reportable
from moderation.reports.models import Case

HISTORY = 20


def reportable_thing(viewer: User, kind: str, target_id: UUID) -> tuple[Reportable, Any]:
    """What the viewer is about to report. Raises NotFound for unknown kinds and for what the viewer cannot see."""
    known = reportable.of_kind(kind)
    if known is None:
        raise NotFound
    return known, known.visible(viewer, target_id)


def case_detail(viewer: User | None, case_id: UUID) -> Case:
    """A case with whom it concerns. Raises NotFound."""
    case = Case.objects.visible_to(viewer).select_related("person", "claimed_by").filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def other_cases_of(case: Case) -> list[Case]:
    """The latest other cases about the same person."""
    if case.person_id is None:
        return []
    return list(Case.objects.filter(person=case.person_id).exclude(pk=case.pk).order_by("-pk")[:HISTORY])
