"""Notifications for operators: who was told of what, and when; not to be changed."""

from django.contrib import admin

from core.admin import LookingAdmin, whether
from notifications.inbox.models import Notification


@admin.register(Notification)
class NotificationAdmin(LookingAdmin):
    icon = "notifications"
    list_display = ["created_at", "recipient", "kind", "actor", "actor_count", "read_at"]
    list_filter = ["kind", ("read_at", whether("reader", yes="Read", no="Unread")), "created_at"]
    list_select_related = ["recipient", "actor"]
    search_fields = ["recipient__username", "actor__username"]
    ordering = ["-position"]
