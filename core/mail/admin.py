"""Operators see to whom mail went and what became of it, never what it said. Whatever leaves by ``core.outgoing`` is shown alike."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from core import outgoing
from core.admin import LookingAdmin, lines
from core.mail.models import OutgoingMail
from core.outgoing import Outgoing


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("sent", "Sent"), ("given_up", "Given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "waiting":
                return queryset.filter(sent_at=None, failed_at=None)
            case "sent":
                return queryset.exclude(sent_at=None)
            case "given_up":
                return queryset.exclude(failed_at=None)
        return queryset


class OutgoingAdmin(LookingAdmin):
    """Rows nobody edits. What was given up can be sent again."""

    ordering = ("-id",)
    actions = ("send_again",)

    @display(description="State", label={"Waiting": "info", "Sent": "success", "Given up": "danger"})
    def state(self, row: Outgoing) -> str:
        if row.sent_at:
            return "Sent"
        return "Given up" if row.failed_at else "Waiting"

    @admin.display(description="last error")
    def printed(self, row: Outgoing) -> str:
        return lines(row.last_error)

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = outgoing.try_again(self.model, list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} given up before will be tried again within seconds.", messages.SUCCESS)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OutgoingAdmin):
    icon = "outgoing_mail"
    list_display = ("subject", "recipient", "state", "attempts", "created_at", "sent_at")
    list_filter = (StateFilter, "created_at")
    search_fields = ("recipient", "subject")
    fields = ("recipient", "subject", "created_at", "attempts", "next_attempt_at", "sent_at", "failed_at", "printed")
    readonly_fields = fields
