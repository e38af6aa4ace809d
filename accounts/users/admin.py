"""People, as staff see them: what they may correct, and what the slices above add to look at and to do, which ``moderation`` audits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminURLInputWidget

from accounts.users import services
from accounts.users.models import User
from accounts.users.services import EDITABLE, PRIVACY
from core.admin import StaffAdmin
from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class PanelRow:
    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Something more to know of a person, below what they say of themselves."""

    title: str
    rows: list[PanelRow]
    url: str = ""  # of all of it


class PersonForm(forms.ModelForm):
    website = forms.URLField(required=False, max_length=200, assume_scheme="https", widget=UnfoldAdminURLInputWidget)

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born is not None:
            try:
                services.check_birth_date(born)
            except Invalid as refusal:
                raise forms.ValidationError(refusal.message) from None
        return born


STAFF = ["is_staff", "is_superuser", "groups"]


class SuspendedFilter(admin.SimpleListFilter):
    title = "suspension"
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Suspended now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(suspended_until__gt=timezone.now()) if self.value() == "yes" else queryset


@admin.register(User)
class UserAdmin(StaffAdmin):
    icon = "group"
    menu_order = 0
    list_display = ["username", "display_name", "email", "standing", "role", "last_seen_at", "created_at"]
    list_filter = [SuspendedFilter, "is_staff", "is_active", "is_verified", "is_private", "created_at"]
    search_fields = ["username", "display_name", "email", "phone"]
    ordering = ["-id"]
    filter_horizontal = ["groups"]
    form = PersonForm
    actions: list[Any] = []
    panels: list[Callable[[HttpRequest, User], Panel | None]] = []
    change_form_outer_after_template = "accounts/users/panels.html"  # within the form of the person no other form may stand
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
        *(*PRIVACY, "username", "email", "phone", "is_verified", "is_active", "suspended_until", "suspension_reason"),
        *("erase_at", "erased_at", "last_seen_at", "last_login", "created_at"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves; the first administrator comes from ``createsuperuser``."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Deleting a person takes everything they made along; suspending and closing do not."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only administrators make staff, or change them. Of whoever is leaving, or gone, nothing is changed."""
        fields = [*self.readonly_fields]
        if obj and (obj.erase_at or obj.erased_at):
            fields += ["display_name", "bio", "location", "website", "birth_date"]
        if not request.user.is_superuser:
            fields += STAFF
        return fields

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """What people show of themselves changes by the service that tells of it; of the rest only what was changed is written."""
        services.update_profile(user=obj, changes={name: form.cleaned_data[name] for name in form.changed_data if name in EDITABLE})
        if standing := [name for name in form.changed_data if name in STAFF and name != "groups"]:
            obj.save(update_fields=standing)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        person = self.get_object(request, object_id)
        panels = [panel(request, person) for panel in self.panels] if person and self.has_view_permission(request, person) else []
        actions = [(name, title) for name, title in self.get_action_choices(request, []) if name not in ("", "delete_selected")] if person else []
        context = {**(extra_context or {}), "panels": [panel for panel in panels if panel], "person_actions": actions}
        return super().change_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    @display(
        description="Standing",
        label={"Suspended": "danger", "Closed": "warning", "Unconfirmed": "info", "Leaving": "warning", "Deleted": "danger", "Good": "success"},
    )
    def standing(self, person: User) -> str:
        if person.erase_at or person.erased_at:
            return "Leaving" if person.erase_at else "Deleted"
        if not person.is_active:
            return "Unconfirmed" if person.is_waiting else "Closed"
        return "Suspended" if person.is_suspended else "Good"

    @display(description="Role", label={"Administrator": "info", "Staff": "info"})
    def role(self, person: User) -> str | None:
        if person.is_superuser:
            return "Administrator"
        return "Staff" if person.is_staff else None


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
