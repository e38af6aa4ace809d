"""Uploads for operators: what failed and why, what waits."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from unfold.decorators import display

from core.admin import LookingAdmin
from media_app.uploads.models import Upload

TONES = {"waiting": "info", "processing": "info", "ready": "success", "failed": "danger"}


@admin.register(Upload)
class UploadAdmin(LookingAdmin):
    icon = "upload"
    list_display = ["filename", "owner", "kind", "shown_state", "failure", "weight", "attempts", "created_at"]
    list_filter = ["state", "kind", "failure", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["owner__username", "filename"]
    ordering = ["-id"]
    fields = [
        *("filename", "owner", "kind", "state", "failure", "content_type", "weight", "width", "height", "variants"),
        *("attempts", "created_at", "due_at", "is_chosen", "unused_since"),
    ]
    readonly_fields = fields

    @display(description="State", label=TONES)
    def shown_state(self, upload: Upload) -> tuple[str, str]:
        return upload.state, upload.get_state_display()

    @display(description="Size", ordering="size")
    def weight(self, upload: Upload) -> str:
        return filesizeformat(upload.size)
