"""Conversations for operators: who and when, never what."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from chat.conversations.models import Conversation, Membership


class ReadOnly:
    """Nobody adds, changes or removes anything from here."""

    def has_add_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        return False


class MembershipInline(ReadOnly, TabularInline):
    model = Membership
    fields = ("person", "created_at", "active_at", "delivered_seq", "unread_count", "hidden_at")
    readonly_fields = fields
    extra = 0


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, ModelAdmin):
    """Who talks with whom, since when, how much."""

    icon = "forum"
    list_display = ("id", "kind", "people", "last_seq", "last_message_at", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("id", "memberships__person__username")
    ordering = ("-id",)
    show_full_result_count = False
    fields = ("id", "kind", "last_seq", "last_message_at", "created_at")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).prefetch_related("memberships__person")  # type: ignore[no-any-return]

    @admin.display(description="people")
    def people(self, conversation: Conversation) -> str:
        return ", ".join(membership.person.username for membership in conversation.memberships.all())
