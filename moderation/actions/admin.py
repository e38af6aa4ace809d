"""The moderators' desk: the queue of cases, one case with everything to decide it by, and the audit trail."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from core import reportable
from core.admin import LookingAdmin, inner_link
from core.errors import DomainError
from moderation.actions import content as content  # these three add their actions to the admins of slices below
from moderation.actions import relations as relations
from moderation.actions import security as security
from moderation.actions import selectors, services
from moderation.actions.forms import ActForm
from moderation.actions.models import Act, Verb
from moderation.reports.models import Case, State
from moderation.reports.querysets import MODERATE
from moderation.reports.selectors import case_detail, other_cases_of

ACTS: dict[str, Callable[..., Case]] = {
    Verb.DISMISS.value: services.dismiss,
    Verb.HIDE.value: services.hide_content,
    Verb.UNHIDE.value: services.unhide_content,
    Verb.SUSPEND.value: services.suspend_person,
    Verb.LIFT.value: services.lift_suspension,
}


class UndecidedFirst(admin.SimpleListFilter):
    """Open and claimed cases unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*State.choices, ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case None:
                return queryset.exclude(state=State.CLOSED)
            case "all":
                return queryset
            case state:
                return queryset.filter(state=state)


@admin.register(Case)
class CaseAdmin(LookingAdmin):
    """The queue: most reported first, then oldest."""

    icon = "gavel"
    menu_order = 0
    menu_title = "Reports desk"
    list_display = ["thing", "person", "reported", "shown_state", "claimed_by", "outcome", "created_at"]
    list_display_links = ["thing"]
    list_filter = [UndecidedFirst, "kind", "outcome"]
    list_select_related = ["person", "claimed_by"]
    search_fields = ["person__username", "excerpt"]
    ordering = ["-report_count", "id"]
    fields = [("concerns", "state", "reported"), ("moderator", "claimed_at", "created_at"), ("outcome", "closed_at")]
    readonly_fields = [name for row in fields for name in row]
    change_form_outer_before_template = "moderation/actions/case.html"

    @display(description="What")
    def thing(self, case: Case) -> str:
        return Truncator(f"{case.kind.capitalize()}: {case.excerpt}").chars(90)

    @display(description="Reports", ordering="report_count")
    def reported(self, case: Case) -> int:
        return case.report_count

    # Django links people to their admin page, which moderators may not see.
    @display(description="Person")
    def concerns(self, case: Case) -> str:
        return str(case.person or "Gone")

    @display(description="Claimed by")
    def moderator(self, case: Case) -> str:
        return str(case.claimed_by or "")

    @display(description="State", label={"open": "warning", "claimed": "info", "closed": "success"})
    def shown_state(self, case: Case) -> str:
        return case.state

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<uuid:case_id>/claim/", self.admin_site.admin_view(self.claim), name="moderation_case_claim"),
            path("<uuid:case_id>/release/", self.admin_site.admin_view(self.release), name="moderation_case_release"),
            path("<uuid:case_id>/act/", self.admin_site.admin_view(self.act), name="moderation_case_act"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            case_id = UUID(object_id)
        except ValueError:
            raise Http404 from None
        case = Case.objects.visible_to(request.user).select_related("person").filter(pk=case_id).first()  # type: ignore[arg-type]
        context = {**(extra_context or {}), **(self.desk(request, case) if case else {})}
        return super().change_view(request, object_id, form_url, context)

    def desk(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """Everything to decide a case by."""
        known = reportable.of_kind(case.kind)
        thing = known.find(case.target_id) if known else None
        mine = case.state != State.CLAIMED or case.claimed_by_id == request.user.pk
        return {
            "case": case,
            "text_now": known.text(thing) if known and thing else None,
            "is_hidden": bool(known and thing and known.is_hidden(thing)),
            "thing_url": known.url(thing) if known and thing else "",
            "reports": list(case.reports.select_related("reporter").order_by("pk")),
            "other_cases": other_cases_of(case),
            "acts": selectors.acts_about(case),
            "act_form": ActForm(case, known, thing) if mine else None,
        }

    def claim(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        return self._do(request, case_id, lambda: services.claim(moderator=request.user, case_id=case_id), "The case is yours.")  # type: ignore[arg-type]

    def release(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        return self._do(request, case_id, lambda: services.release(moderator=request.user, case_id=case_id), "Back in the queue.")  # type: ignore[arg-type]

    def act(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Do what the form says."""

        def decide() -> None:
            case = case_detail(request.user, case_id)  # type: ignore[arg-type]
            known = reportable.of_kind(case.kind)
            form = ActForm(case, known, known.find(case.target_id) if known else None, data=request.POST)
            if not form.is_valid():
                raise DomainError(" ".join(f"{name}: {' '.join(map(str, problems))}" for name, problems in form.errors.items()))
            options = {"until": form.cleaned_data["until"]} if "until" in form.cleaned_data else {}
            perform = ACTS[form.cleaned_data["verb"]]
            perform(moderator=request.user, case_id=case_id, reason=form.cleaned_data["reason"], **options)

        return self._do(request, case_id, decide, "Done, and in effect.")

    def _do(self, request: HttpRequest, case_id: UUID, work: Callable[[], object], done: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        try:
            work()
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
        return redirect(reverse("admin:moderation_reports_case_change", args=[case_id]))


@admin.register(Act)
class ActAdmin(LookingAdmin):
    """The audit trail."""

    icon = "history"
    menu_title = "Audit trail"
    list_display = ["created_at", "moderator_name", "verb", "kind", "person_name", "reason", "until"]
    fields = ["created_at", "moderator_name", "verb", "person_name", "about", "reason", "until", "case"]
    readonly_fields = fields
    list_filter = ["verb", "kind", "created_at"]
    search_fields = ["moderator_name", "person_name", "reason"]
    ordering = ["-id"]

    @display(description="About")
    def about(self, act: Act) -> str:
        """What it was done to: what that says, where it is something known that is still there."""
        known = reportable.of_kind(act.kind)
        thing = known.find(act.target_id) if known else None
        words = known.text(thing) if known and thing else f"{act.target_id}, which is gone"
        return Truncator(f"{act.kind.capitalize()}: {words}").chars(200)

    @display(description="Case")
    def case(self, act: Act) -> str | SafeString:
        if act.case_id is None:
            return "Done without a report"
        return inner_link(reverse("admin:moderation_reports_case_change", args=[act.case_id]), "Reports and decision")
