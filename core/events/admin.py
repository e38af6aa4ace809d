"""Operators see what is owed and what was given up, and may have it tried again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.events import outbox
from core.events.models import OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(ModelAdmin):
    icon = "outbox"
    list_display = ("name", "created_at", "attempts", "next_attempt_at", "failed_at")
    list_filter = (("failed_at", admin.EmptyFieldListFilter), "name", "created_at")
    search_fields = ("name", "last_error")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("try_again",)

    @admin.action(description="Try again now")
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        count = outbox.retry(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} will be tried again within seconds.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
