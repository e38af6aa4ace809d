"""Operators see which numbers were written to and what became of it, never what was said."""

from django.contrib import admin

from core.mail.admin import OutgoingAdmin, StateFilter
from core.sms.models import OutgoingText


@admin.register(OutgoingText)
class OutgoingTextAdmin(OutgoingAdmin):
    icon = "sms"
    list_display = ("recipient", "state", "attempts", "created_at", "sent_at")
    list_filter = (StateFilter, "created_at")
    search_fields = ("recipient",)
    fields = ("recipient", "created_at", "good_until", "attempts", "next_attempt_at", "sent_at", "failed_at", "printed")
    readonly_fields = fields
