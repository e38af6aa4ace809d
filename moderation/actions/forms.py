"""What moderators fill in."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from core.reportable import Reportable
from moderation.actions.models import Verb
from moderation.reports.models import Case, State

DAYS = [(1, "1 day"), (3, "3 days"), (7, "1 week"), (30, "30 days"), (365, "1 year"), (36_500, "For good")]


class ActForm(forms.Form):
    """What a moderator does about a case: only what makes sense for it now is offered."""

    verb = forms.ChoiceField(label="Decision", widget=UnfoldAdminSelectWidget)
    days = forms.TypedChoiceField(
        label="Suspend for", choices=DAYS, coerce=int, initial=7, required=False, widget=UnfoldAdminSelectWidget, help_text="For suspensions only."
    )
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), help_text="Kept in the audit trail, and told to the person concerned."
    )

    def __init__(self, case: Case, known: Reportable | None, thing: object, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.fields["verb"].choices = [(verb.value, label) for verb, label in self.offered(case, known, thing)]  # type: ignore[attr-defined]

    @staticmethod
    def offered(case: Case, known: Reportable | None, thing: object) -> list[tuple[Verb, str]]:
        offered = []
        if case.state != State.CLOSED:
            offered.append((Verb.DISMISS, "Dismiss: it may stay"))
        if known and thing and known.hide:
            offered.append((Verb.UNHIDE, "Show the content again") if known.is_hidden(thing) else (Verb.HIDE, "Hide the content"))
        if case.person:
            offered.append((Verb.LIFT, "Lift the suspension") if case.person.is_suspended else (Verb.SUSPEND, "Suspend the person"))
        return offered

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        if cleaned.get("verb") == Verb.SUSPEND:
            cleaned["until"] = timezone.now() + timedelta(days=int(str(cleaned.get("days") or 7)))
        return cleaned


class ReasonForm(forms.Form):
    """Why something is done without a report."""

    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), help_text="Kept in the audit trail.")


class SuspendForm(ReasonForm):
    """Why, and for how long."""

    days = forms.TypedChoiceField(label="For", choices=DAYS, coerce=int, initial=7, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the audit trail, and told to the person when they try to sign in.",
    )
