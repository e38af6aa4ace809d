"""Reporting, and taking a case."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.users.models import User
from core.errors import Conflict, Invalid, NotFound
from moderation.reports.models import MAX_EXCERPT_LENGTH, Case, Reason, Report, State
from moderation.reports.selectors import reportable_thing


def report(*, reporter: User, kind: str, target_id: UUID, reason: str, note: str = "") -> tuple[Report, bool]:
    """Tell the moderators of a thing. Returns the report, and whether it is new: repeating it while its case is undecided changes nothing.

    Raises:
        NotFound: there is no such thing for this person.
        Invalid("invalid_reason"), Invalid("own_thing"): nobody reports what is theirs.
    """
    if reason not in Reason.values:
        raise Invalid("There is no such reason.", code="invalid_reason", details={"reasons": Reason.values})
    known, thing = reportable_thing(reporter, kind, target_id)
    person = known.author(thing)
    if person == reporter:
        raise Invalid("This is yours: you can change or delete it yourself.", code="own_thing")
    with transaction.atomic():
        case = _locked_case(kind, target_id, {"person": person, "excerpt": known.text(thing)[:MAX_EXCERPT_LENGTH]})
        made, is_new = Report.objects.get_or_create(case=case, reporter=reporter, defaults={"reason": reason, "note": note})
        if is_new:
            Case.objects.filter(pk=case.pk).update(report_count=F("report_count") + 1)
        return made, is_new


def _locked_case(kind: str, target_id: UUID, first: dict[str, Any]) -> Case:
    """The undecided case of a thing, made if there is none."""
    while True:
        undecided = Case.objects.select_for_update().undecided().filter(kind=kind, target_id=target_id)
        if (case := undecided.first()) is not None:
            return case
        Case.objects.bulk_create([Case(kind=kind, target_id=target_id, **first)], ignore_conflicts=True)


def lock_case(*, moderator: User, case_id: UUID) -> Case:
    """The case's row, locked until the transaction ends, for a moderator who may work on it.

    Raises NotFound, Conflict("claimed_by_other").
    """
    case = Case.objects.select_for_update().visible_to(moderator).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if case.state == State.CLAIMED and case.claimed_by_id != moderator.pk:
        raise Conflict("Another moderator is on this case.", code="claimed_by_other")
    return case


def claim_case(*, moderator: User, case_id: UUID) -> Case:
    """Take an open case, so that no other moderator works on it. Of two at once one gets it. Claiming one's own again changes nothing.

    Raises NotFound, Conflict("claimed_by_other"), Conflict("closed").
    """
    with transaction.atomic():
        case = lock_case(moderator=moderator, case_id=case_id)
        if case.state == State.CLOSED:
            raise Conflict("This case is closed.", code="closed")
        if case.state == State.OPEN:
            case.state, case.claimed_by, case.claimed_at = State.CLAIMED, moderator, timezone.now()
            case.save(update_fields=["state", "claimed_by", "claimed_at"])
        return case


def release_case(*, moderator: User, case_id: UUID) -> Case:
    """Give a claimed case back to the queue. Raises NotFound, Conflict("claimed_by_other")."""
    with transaction.atomic():
        case = lock_case(moderator=moderator, case_id=case_id)
        if case.state == State.CLAIMED:
            case.state, case.claimed_by, case.claimed_at = State.OPEN, None, None
            case.save(update_fields=["state", "claimed_by", "claimed_at"])
        return case
