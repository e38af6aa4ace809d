"""How the lists of the admin ask for a reason before anything is done to their rows."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from core.errors import DomainError
from moderation.actions.forms import ReasonForm

Act = Callable[..., object]  # (moderator=…, row, reason=…, and what else the form asks)


def asks_why(name: str, title: str, *, permission: str, form_class: type[ReasonForm] = ReasonForm) -> Callable[[Act], Any]:
    """An admin action that shows a page which asks why, and then does the decorated act to each chosen row.

    The act is called with the moderator, the row and what the form asks. What it refuses is said beside the row; the others are done.
    """

    def wrap(act: Act) -> Any:
        def action(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            form = form_class(request.POST if "reason" in request.POST else None)
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
                    act(moderator=request.user, row=row, **form.cleaned_data)
                    done += 1
                except DomainError as refusal:
                    modeladmin.message_user(request, f"{row}: {refusal.message}", messages.ERROR)
            if done:
                modeladmin.message_user(request, f"Done, for {done}: in effect, and in the audit trail.", messages.SUCCESS)
            return None

        action.__name__ = name
        return admin.action(description=title, permissions=[permission])(action)

    return wrap
