"""Archives and deletions, as staff see them: what is under way, and what hangs. Letting somebody back in who asks for it is ``moderation``'s."""

from django.contrib import admin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.data.models import Deletion, Export
from accounts.sessions.admin import ToLookAt

TONES = {"waiting": "info", "building": "info", "ready": "success", "failed": "danger", "kept": "success", "erasing": "warning", "done": "danger"}


@admin.register(Deletion)
class DeletionAdmin(ToLookAt, ModelAdmin):
    icon = "person_remove"
    list_display = ["person", "standing", "created_at", "erase_at", "reminded_at", "done_at", "attempts"]
    list_filter = ["state", "erase_at"]
    list_select_related = ["person"]
    search_fields = ["person__username", "person__email"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = [
        *("person", "state", "created_at", "erase_at", "reminded_at", "kept_at", "kept_by"),
        *("steps", "attempts", "due_at", "last_error", "done_at"),
    ]
    readonly_fields = fields

    @display(description="Standing", label=TONES)
    def standing(self, deletion: Deletion) -> tuple[str, str]:
        return deletion.state, deletion.get_state_display()


@admin.register(Export)
class ExportAdmin(ToLookAt, ModelAdmin):
    icon = "archive"
    list_display = ["person", "standing", "progress", "size", "created_at", "ready_at", "expires_at", "attempts"]
    list_filter = ["state", "created_at"]
    list_select_related = ["person"]
    search_fields = ["person__username", "person__email"]
    ordering = ["-id"]
    show_full_result_count = False

    @display(description="Standing", label=TONES)
    def standing(self, export: Export) -> tuple[str, str]:
        return export.state, export.get_state_display()
