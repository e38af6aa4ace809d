"""Operators see to whom mail went and what became of it, never what it said."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from core.mail import services
from core.mail.models import OutgoingMail


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("sent", "Sent"), ("given_up", "Given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        match self.value():
            case "waiting":
                return queryset.filter(sent_at=None, failed_at=None)
            case "sent":
                return queryset.exclude(sent_at=None)
            case "given_up":
                return queryset.exclude(failed_at=None)
        return queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ModelAdmin):
    icon = "outgoing_mail"
    list_display = ("subject", "recipient", "state", "attempts", "created_at", "sent_at")
    list_filter = (StateFilter, "created_at")
    search_fields = ("recipient", "subject")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("send_again",)
    fields = ("recipient", "subject", "created_at", "attempts", "next_attempt_at", "sent_at", "failed_at", "last_error")

    @display(description="State", label={"Waiting": "info", "Sent": "success", "Given up": "danger"})
    def state(self, mail: OutgoingMail) -> str:
        if mail.sent_at:
            return "Sent"
        return "Given up" if mail.failed_at else "Waiting"

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        count = services.try_again(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} given up before will be tried again within seconds.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False
