"""Operators see what is owed and what was given up, and may have it tried again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from core.admin import StaffAdmin, last_line, lines, whether
from core.events import outbox
from core.events.models import OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(StaffAdmin):
    icon = "outbox"
    list_display = ("name", "state", "problem", "attempts", "created_at", "next_attempt_at")
    list_filter = (("failed_at", whether("state", yes="Given up", no="Waiting")), "name", "created_at")
    search_fields = ("name", "last_error")
    ordering = ("-id",)
    actions = ("try_again",)
    fields = ("name", "state", "pending", "payload", "attempts", "created_at", "next_attempt_at", "failed_at", "printed")
    readonly_fields = fields

    @display(description="State", label={"Waiting": "info", "Given up": "danger"})
    def state(self, event: OutboxEvent) -> str:
        return "Given up" if event.failed_at else "Waiting"

    @admin.display(description="what went wrong")
    def problem(self, event: OutboxEvent) -> str:
        return last_line(event.last_error)

    @admin.display(description="last error")
    def printed(self, event: OutboxEvent) -> str:
        return lines(event.last_error)

    @admin.action(description="Try again now")
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        count = outbox.retry(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} will be tried again within seconds.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
