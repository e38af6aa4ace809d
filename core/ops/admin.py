"""Failed tasks, for operators: what, when, why, and once more."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.ops import failures
from core.ops.models import FailedTask


@admin.register(FailedTask)
class FailedTaskAdmin(ModelAdmin):
    icon = "running_with_errors"
    list_display = ("name", "created_at", "args", "kwargs")
    list_filter = ("name", "created_at")
    search_fields = ("name", "task_id", "error")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("send_again",)

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[FailedTask]) -> None:
        self.message_user(request, f"{failures.send_again(queryset)} sent again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
