"""Archives and deletions, as staff see them: what is under way, what hangs, and a way to let somebody back in who asks for it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.data import services
from accounts.data.models import Deletion, Export
from accounts.sessions.admin import ToLookAt
from core.errors import DomainError

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
    actions = ["keep_accounts"]

    @display(description="Standing", label=TONES)
    def standing(self, deletion: Deletion) -> tuple[str, str]:
        return deletion.state, deletion.get_state_display()

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts_data.change_deletion"))

    @admin.action(description="Keep these accounts", permissions=["keep"])
    def keep_accounts(self, request: HttpRequest, queryset: QuerySet[Deletion]) -> None:
        """For people who ask for it and cannot sign in. They are written to; who did it stays on the row and in the log."""
        kept = 0
        for deletion in queryset.filter(state=Deletion.State.WAITING).select_related("person"):
            try:
                services.keep_account(user=deletion.person, kept_by=request.user)  # type: ignore[arg-type]
            except DomainError:  # its person came back, or its time came, since the list was shown
                continue
            self.log_change(request, deletion, "Kept the account.")
            kept += 1
        self.message_user(request, f"{kept} accounts kept. What is being erased, or is gone, is left out.", messages.SUCCESS)


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
