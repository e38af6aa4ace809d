"""What of this slice belongs to a person."""

from collections.abc import Iterator

from accounts.users.models import User
from core.personal_data import Document, Keeper, Row, Trace
from moderation.reports.models import Case, Report


def reports(person: User) -> Iterator[Row]:
    for report in Report.objects.filter(reporter=person).select_related("case").order_by("id").iterator():
        yield {
            "about": report.case.kind,
            "id": report.case.target_id,
            "reason": report.reason,
            "note": report.note,
            "reported_at": report.created_at,
        }


def erase(person: User) -> None:
    """Words go, as the person reported and as the person was reported; that it was reported, and what was decided, stays."""
    Report.objects.filter(reporter=person).exclude(note="").update(note="")
    Case.objects.filter(person=person).exclude(excerpt="").update(excerpt="")


KEEPER = Keeper(
    name="moderation.reports",
    documents=(Document("reports", "Reports you made", reports),),
    erase=erase,
    traces=(
        Trace(field="moderation_reports.Report.reporter", document="reports", kept="A case counts its reports; the words and the name are gone."),
        Trace(
            field="moderation_reports.Case.person",
            unexported="Who reported what is between reporters and moderators.",
            kept="What was decided about what stays on record; the words and the name are gone.",
        ),
        Trace(
            field="moderation_reports.Case.claimed_by",
            unexported="What somebody did as staff is the site's.",
            kept="What staff did stays on record; the name is gone.",
        ),
    ),
)
