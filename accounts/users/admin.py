"""People, as staff see them. Suspending goes through the services, so that sessions end and listeners hear of it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.users import services
from accounts.users.models import User
from accounts.users.services import PRIVACY


class SuspendedFilter(admin.SimpleListFilter):
    title = "suspension"
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Suspended now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(suspended_until__gt=timezone.now()) if self.value() == "yes" else queryset


@admin.register(User)
class UserAdmin(ModelAdmin):
    icon = "group"
    list_display = ["username", "display_name", "email", "standing", "is_staff", "last_seen_at", "created_at"]
    list_filter = [SuspendedFilter, "is_staff", "is_active", "is_verified", "is_private", "created_at"]
    search_fields = ["username", "display_name", "email", "phone"]
    ordering = ["-id"]
    show_full_result_count = False
    filter_horizontal = ["groups"]
    actions: list[Any] = ["suspend_for_a_week", "lift_suspension"]
    fieldsets = [
        (None, {"fields": ["username", "display_name", "email", "phone", "bio", "location", "website", "birth_date", "is_verified"]}),
        ("Privacy", {"fields": [*PRIVACY]}),
        (
            "Standing",
            {"fields": ["is_active", "suspended_until", "suspension_reason", "erase_at", "erased_at", "last_seen_at", "last_login", "created_at"]},
        ),
        ("Staff", {"fields": ["is_staff", "is_superuser", "groups"]}),
    ]
    readonly_fields = [
        *(*PRIVACY, "username", "email", "phone", "suspended_until", "suspension_reason"),
        *("erase_at", "erased_at", "last_seen_at", "last_login", "created_at"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves; the first administrator comes from ``createsuperuser``."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Deleting a person takes everything they made along; suspending and closing do not."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only administrators make staff, or change them. Whoever is leaving is let back in where deletions are kept; nobody, not at all."""
        fields = [*self.readonly_fields]
        if obj and (obj.erase_at or obj.erased_at):
            fields += ["is_active", "display_name", "bio", "location", "website", "is_verified"]
        if not request.user.is_superuser:
            fields += ["is_staff", "is_superuser", "groups", *(["is_active"] if obj and obj.is_staff else [])]
        return fields

    @display(description="Standing", label={"Suspended": "danger", "Closed": "warning", "Leaving": "warning", "Deleted": "danger", "Good": "success"})
    def standing(self, person: User) -> str:
        if person.erase_at or person.erased_at:
            return "Leaving" if person.erase_at else "Deleted"
        if not person.is_active:
            return "Closed"
        return "Suspended" if person.is_suspended else "Good"

    @admin.action(description="Suspend for a week", permissions=["change"])
    def suspend_for_a_week(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        until = timezone.now() + timedelta(days=7)
        people = list(queryset.filter(is_staff=False))
        for person in people:
            services.suspend_user(user=person, until=until, reason="Suspended by a moderator.")
        self.message_user(request, f"{len(people)} suspended until {until:%Y-%m-%d}. Staff are left out.", messages.SUCCESS)

    @admin.action(description="Lift suspension", permissions=["change"])
    def lift_suspension(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            services.lift_suspension(user=person)
        self.message_user(request, "Suspensions lifted.", messages.SUCCESS)


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    icon = "shield_person"
    list_display = ["name", "members"]
    search_fields = ["name"]
    filter_horizontal = ["permissions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(member_count=Count("user"))  # type: ignore[no-any-return]

    @display(description="Members", ordering="member_count")
    def members(self, group: Group) -> int:
        return int(getattr(group, "member_count", 0))
