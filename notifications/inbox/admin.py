"""Notifications for operators: who was told of what, and when; not to be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notifications.inbox.models import Notification


@admin.register(Notification)
class NotificationAdmin(ModelAdmin):
    icon = "notifications"
    list_display = ["created_at", "recipient", "kind", "actor", "actor_count", "read_at"]
    list_filter = ["kind", ("read_at", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["recipient", "actor"]
    search_fields = ["recipient__username", "actor__username"]
    ordering = ["-position"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
