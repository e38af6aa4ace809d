"""Archives and deletions, as staff see them: what is under way, and what hangs. Letting somebody back in who asks for it is ``moderation``'s."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from unfold.decorators import display

from accounts.data.models import Deletion, Export
from core.admin import LookingAdmin, lines

TONES = {"waiting": "info", "building": "info", "ready": "success", "failed": "danger", "kept": "success", "erasing": "warning", "done": "danger"}


@admin.register(Deletion)
class DeletionAdmin(LookingAdmin):
    icon = "person_remove"
    list_display = ["person", "standing", "created_at", "erase_at", "reminded_at", "done_at", "attempts"]
    list_filter = ["state", "erase_at"]
    list_select_related = ["person"]
    search_fields = ["person__username", "person__email"]
    ordering = ["-id"]
    fields = [
        *("person", "state", "created_at", "erase_at", "reminded_at", "kept_at", "kept_by"),
        *("steps", "attempts", "due_at", "printed", "done_at"),
    ]
    readonly_fields = fields

    @display(description="Last error")
    def printed(self, deletion: Deletion) -> str:
        return lines(deletion.last_error)

    @display(description="Standing", label=TONES)
    def standing(self, deletion: Deletion) -> tuple[str, str]:
        return deletion.state, deletion.get_state_display()


@admin.register(Export)
class ExportAdmin(LookingAdmin):
    icon = "archive"
    list_display = ["person", "standing", "percent", "weight", "created_at", "ready_at", "expires_at", "attempts"]
    list_filter = ["state", "created_at"]
    list_select_related = ["person"]
    search_fields = ["person__username", "person__email"]
    ordering = ["-id"]

    @display(description="Standing", label=TONES)
    def standing(self, export: Export) -> tuple[str, str]:
        return export.state, export.get_state_display()

    @display(description="Done", ordering="progress")
    def percent(self, export: Export) -> str:
        return f"{export.progress} %"

    @display(description="Size", ordering="size")
    def weight(self, export: Export) -> str:
        return filesizeformat(export.size) if export.size else ""
