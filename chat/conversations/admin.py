"""Conversations for operators: who and when, never what."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from chat.conversations.models import Conversation, Membership
from core.admin import LookingAdmin, ToLookAt


class MembershipInline(ToLookAt, TabularInline):
    model = Membership
    fields = ("person", "created_at", "active_at", "unread_count", "hidden_at")
    readonly_fields = fields
    extra = 0
    hide_title = True


@admin.register(Conversation)
class ConversationAdmin(LookingAdmin):
    """Who talks with whom, since when, how much."""

    icon = "forum"
    list_display = ("people", "kind", "messages", "last_message_at", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("id", "memberships__person__username")
    ordering = ("-id",)
    fields = ("people", "kind", "messages", "last_message_at", "created_at", "id")
    readonly_fields = fields
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).prefetch_related("memberships__person")

    @admin.display(description="messages", ordering="last_seq")
    def messages(self, conversation: Conversation) -> int:
        return conversation.last_seq

    @admin.display(description="people")
    def people(self, conversation: Conversation) -> str:
        return " and ".join(membership.person.username for membership in conversation.memberships.all())
