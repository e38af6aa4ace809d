"""Failed tasks, for operators: what, when, why, and once more."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import StaffAdmin, last_line, lines
from core.ops import failures
from core.ops.models import FailedTask


@admin.register(FailedTask)
class FailedTaskAdmin(StaffAdmin):
    icon = "running_with_errors"
    list_display = ("name", "problem", "with_what", "created_at")
    list_filter = ("name", "created_at")
    search_fields = ("name", "task_id", "error")
    ordering = ("-id",)
    actions = ("send_again",)
    fields = ("name", "created_at", "args", "kwargs", "printed", "task_id")
    readonly_fields = fields

    @admin.display(description="what went wrong")
    def problem(self, task: FailedTask) -> str:
        return last_line(task.error)

    @admin.display(description="with")
    def with_what(self, task: FailedTask) -> str:
        return ", ".join([*map(str, task.args), *(f"{name}={value}" for name, value in task.kwargs.items())])

    @admin.display(description="error")
    def printed(self, task: FailedTask) -> str:
        return lines(task.error)

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[FailedTask]) -> None:
        self.message_user(request, f"{failures.send_again(queryset)} sent again.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
