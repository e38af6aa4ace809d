"""What staff do about people's security: signing them out, taking a lost second factor away. Each act asks why, and is audited.

People and sessions have their admins a few floors down, where nothing knows of the audit trail, so the actions are added from here.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from accounts.sessions.admin import SessionAdmin
from accounts.sessions.models import Session
from accounts.users.admin import UserAdmin
from accounts.users.models import User
from core.errors import DomainError
from moderation.actions import services
from moderation.actions.forms import ReasonForm


def ask_why(
    modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any], act: Callable[[Any, str], object], title: str, name: str
) -> HttpResponse | None:
    """A page that asks for the reason; with it, ``act`` on each row. None leads back to the list."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        context = {
            **modeladmin.admin_site.each_context(request),
            "title": title,
            "rows": list(queryset),
            "action": name,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": modeladmin.model._meta,
        }
        return TemplateResponse(request, "moderation/actions/why.html", context)
    done = 0
    for row in queryset:
        try:
            act(row, form.cleaned_data["reason"])
            done += 1
        except DomainError as refusal:
            modeladmin.message_user(request, f"{row}: {refusal.message}", messages.ERROR)
    if done:
        modeladmin.message_user(request, f"Done, for {done}: in effect, and in the audit trail.", messages.SUCCESS)
    return None


@admin.action(description="Sign out everywhere", permissions=["change"])
def end_all_sessions(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
    def act(person: User, reason: str) -> None:
        services.end_sessions(moderator=request.user, person=person, reason=reason)  # type: ignore[arg-type]

    return ask_why(modeladmin, request, queryset, act, "Sign out everywhere", "end_all_sessions")


@admin.action(description="Reset the second factor", permissions=["change"])
def reset_second_factor(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
    def act(person: User, reason: str) -> None:
        services.reset_second_factor(moderator=request.user, person=person, reason=reason)  # type: ignore[arg-type]

    return ask_why(modeladmin, request, queryset, act, "Reset the second factor", "reset_second_factor")


@admin.action(description="End these sessions", permissions=["end"])
def end_sessions(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponse | None:
    def act(session: Session, reason: str) -> None:
        services.end_sessions(moderator=request.user, person=session.user, reason=reason, session_id=session.pk)  # type: ignore[arg-type]

    return ask_why(modeladmin, request, queryset.filter(ended_at=None).select_related("user"), act, "End these sessions", "end_sessions")


def may_end(self: SessionAdmin, request: HttpRequest) -> bool:
    """Whoever may change people may sign them out."""
    return request.user.has_perm("accounts_users.change_user")


SessionAdmin.has_end_permission = may_end
SessionAdmin.actions = [*(SessionAdmin.actions or []), end_sessions]
UserAdmin.actions = [*UserAdmin.actions, end_all_sessions, reset_second_factor]
