"""What moderators do about what was reported. Each act is one transaction: the effect, the case's new state, a row of the audit trail, the event."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.users import services as people
from accounts.users.models import User
from core import reportable
from core.errors import Conflict, Forbidden, Invalid
from core.events.outbox import emit
from core.reportable import Reportable
from moderation.actions import policies
from moderation.actions.models import Act, Verb
from moderation.actions.services.trail import REASON, note
from moderation.reports import services as cases
from moderation.reports.events import CaseDecided
from moderation.reports.models import Case, Outcome, State


def claim(*, moderator: User, case_id: UUID) -> Case:
    """Take a case. Raises NotFound, Conflict("claimed_by_other" | "closed")."""
    with transaction.atomic():
        before = cases.lock_case(moderator=moderator, case_id=case_id).state
        case = cases.claim_case(moderator=moderator, case_id=case_id)
        if before == State.OPEN:
            _record(moderator, Verb.CLAIM, case)
        return case


def release(*, moderator: User, case_id: UUID) -> Case:
    """Give a case back. Raises NotFound, Conflict("claimed_by_other")."""
    with transaction.atomic():
        before = cases.lock_case(moderator=moderator, case_id=case_id).state
        case = cases.release_case(moderator=moderator, case_id=case_id)
        if before == State.CLAIMED:
            _record(moderator, Verb.RELEASE, case)
        return case


def dismiss(*, moderator: User, case_id: UUID, reason: str) -> Case:
    """Find that what was reported may stay. Raises as ``_decide``; Conflict("closed") when it was decided already. Events: CaseDecided."""

    def refuse_closed(case: Case) -> None:
        if case.state == State.CLOSED:
            raise Conflict("This case is closed.", code="closed")

    return _decide(moderator, case_id, reason, Verb.DISMISS, Outcome.DISMISSED, refuse_closed)


def hide_content(*, moderator: User, case_id: UUID, reason: str) -> Case:
    """Take the thing out of everybody's sight, at once. Raises as ``_decide``, Conflict("cannot_hide"). Events: CaseDecided, the slice's own."""
    return _decide(moderator, case_id, reason, Verb.HIDE, Outcome.HIDDEN, _switched(attrgetter("hide"), reason.strip()[:REASON]))


def unhide_content(*, moderator: User, case_id: UUID, reason: str) -> Case:
    """Show a hidden thing again. Raises as ``hide_content``. Events: CaseDecided, the slice's own."""
    return _decide(moderator, case_id, reason, Verb.UNHIDE, Outcome.RESTORED, _switched(attrgetter("unhide")))


def suspend_person(*, moderator: User, case_id: UUID, reason: str, until: datetime) -> Case:
    """Keep the person out until a moment: sessions end and sockets close at once, what they made is hidden meanwhile.

    Raises as ``_decide``, Conflict("no_person"), Invalid("until_in_past"). Events: CaseDecided, UserSuspended.
    """

    def effect(case: Case) -> None:
        people.suspend_user(user=_person(case), until=until, reason=reason)

    return _decide(moderator, case_id, reason, Verb.SUSPEND, Outcome.SUSPENDED, effect, until=until)


def lift_suspension(*, moderator: User, case_id: UUID, reason: str) -> Case:
    """Let the person back in. Raises as ``_decide``, Conflict("no_person"). Events: CaseDecided, UserRestored."""

    def effect(case: Case) -> None:
        people.lift_suspension(user=_person(case))

    return _decide(moderator, case_id, reason, Verb.LIFT, Outcome.LIFTED, effect)


def _decide(
    moderator: User, case_id: UUID, reason: str, verb: Verb, outcome: Outcome, effect: Callable[[Case], None], until: datetime | None = None
) -> Case:
    """Do it and close the case. A closed case can be decided anew: the trail keeps both.

    Raises NotFound, Conflict("claimed_by_other"), Forbidden("cannot_act_on"), Invalid("reason_required").
    """
    if not reason.strip():
        raise Invalid("Say why: the person concerned is told.", code="reason_required")
    with transaction.atomic():
        case = cases.lock_case(moderator=moderator, case_id=case_id)
        if not policies.can_act_on(moderator, case.person):
            raise Forbidden("This case is for somebody else to decide.", code="cannot_act_on")
        effect(case)
        case.state, case.outcome, case.closed_at = State.CLOSED, outcome, timezone.now()
        case.save(update_fields=["state", "outcome", "closed_at"])
        act = _record(moderator, verb, case, reason=reason.strip()[:REASON], until=until)
        emit(CaseDecided(case_id=case.pk, outcome=outcome.value, explanation=act.reason, act_id=act.pk))
        return case


def _switched(which: Callable[[Reportable], Callable[..., bool] | None], *why: str) -> Callable[[Case], None]:
    """The effect of hiding, or of showing again, what a case is about."""

    def effect(case: Case) -> None:
        known, thing = _thing(case)
        switch = which(known)
        if switch is None:
            raise Conflict("Things of this kind cannot be hidden.", code="cannot_hide")
        switch(thing, *why)

    return effect


def _record(moderator: User, verb: Verb, case: Case, **fields: Any) -> Act:
    return note(moderator=moderator, verb=verb, person=case.person, kind=case.kind, target_id=case.target_id, case_id=case.pk, **fields)


def _thing(case: Case) -> tuple[Reportable, Any]:
    known = reportable.of_kind(case.kind)
    thing = known.find(case.target_id) if known else None
    if known is None or thing is None:
        raise Conflict("What was reported is gone.", code="gone")
    return known, thing


def _person(case: Case) -> User:
    if case.person is None:
        raise Conflict("The person is gone.", code="no_person")
    return case.person
