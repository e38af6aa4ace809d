"""Sessions, as staff see them: to look at and to end."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from accounts.sessions import identities, services
from accounts.sessions.devices import device_name
from accounts.sessions.models import EndReason, Session
from accounts.users.admin import UserAdmin
from accounts.users.models import User
from core.errors import Conflict


class ToLookAt:
    """Rows nobody edits by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Session)
class SessionAdmin(ToLookAt, ModelAdmin):
    icon = "devices"
    list_display = ["user", "device", "address", "created_at", "last_used_at", "standing"]
    list_filter = ["end_reason", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "address"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["user", "device", "user_agent", "address", "created_at", "last_used_at", "refreshed_at", "ended_at", "end_reason"]
    readonly_fields = fields
    actions = ["end_sessions"]

    @display(description="Device")
    def device(self, session: Session) -> str:
        return device_name(session.user_agent)

    @display(description="Standing", label=True)
    def standing(self, session: Session) -> str:
        return session.get_end_reason_display() if session.ended_at else "Live"

    @admin.action(description="End these sessions", permissions=["view"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for pk in queryset.live().values_list("pk", flat=True):  # type: ignore[attr-defined]
            services.end_session(session_id=pk, reason=EndReason.STAFF)
        self.message_user(request, "Ended: their tokens are refused and their sockets closed.", messages.SUCCESS)


class SessionInline(ToLookAt, TabularInline):
    model = Session
    fields = ["device", "address", "created_at", "last_used_at"]
    readonly_fields = fields
    extra = 0
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).live().order_by("-last_used_at")  # type: ignore[no-any-return]

    @display(description="Device")
    def device(self, session: Session) -> str:
        return device_name(session.user_agent)


@admin.register(EmailAddress)
class EmailAddressAdmin(ToLookAt, ModelAdmin):
    icon = "alternate_email"
    list_display = ["email", "user", "verified", "primary"]
    list_filter = ["verified", "primary"]
    list_select_related = ["user"]
    search_fields = ["email", "user__username"]
    actions = ["mark_verified"]

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("account.change_emailaddress")

    @admin.action(description="Mark as verified", permissions=["verify"])
    def mark_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        """For people whom no mail reaches. Each is noted in the history of the person."""
        marked = 0
        for address in queryset.filter(verified=False).select_related("user"):
            try:
                identities.verify_address(address=address)
            except Conflict as refusal:
                self.message_user(request, f"{address.email}: {refusal.message}", messages.ERROR)
                continue
            self.log_change(request, address.user, f"Marked {address.email} as verified.")
            marked += 1
        self.message_user(request, f"{marked} marked as verified.", messages.SUCCESS)


class EmailAddressInline(ToLookAt, TabularInline):
    """Beside the number on the person's page, which needs no mark: it is only there because they answered from it."""

    model = EmailAddress
    fields = ["email", "verified", "primary"]
    readonly_fields = fields
    extra = 0
    tab = True


@admin.action(description="End all sessions", permissions=["change"])
def end_all_sessions(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[User]) -> None:
    ended = sum(services.end_all_sessions(user=person, reason=EndReason.STAFF) for person in queryset)
    modeladmin.message_user(request, f"{ended} sessions ended.", messages.SUCCESS)


# People are one floor down and know no sessions, so what staff do about both is added from here.
UserAdmin.inlines = [*UserAdmin.inlines, EmailAddressInline, SessionInline]
UserAdmin.actions = [*UserAdmin.actions, end_all_sessions]
