"""Uploads for operators: what failed and why, what waits."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from media_app.uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(ModelAdmin):
    icon = "upload"
    list_display = ["created_at", "owner", "kind", "state", "failure", "size", "attempts"]
    list_filter = ["state", "kind", "failure", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["owner__username", "filename"]
    ordering = ["-id"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
