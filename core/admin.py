"""What the lists and pages of the admin have in common."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class ShortCountList(ChangeList):
    """Offers the whole list beside a part of it, not beside the whole."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class StaffAdmin(ModelAdmin):
    """What is listed is counted once, and whoever a row names is at hand on its own page too."""

    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return ShortCountList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows  # type: ignore[no-any-return]


class ToLookAt:
    """Rows nobody adds, edits or deletes by hand. For pages (``LookingAdmin``) and for the tables on them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookingAdmin(ToLookAt, StaffAdmin):
    """A table to look at. What is done to its rows are actions; Django's own history of edits would always be empty."""

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {"show_history": False, **(extra_context or {})})  # type: ignore[no-any-return]


def whether(title: str, *, yes: str, no: str) -> type[admin.EmptyFieldListFilter]:
    """A filter by whether something has happened, in words; of a column that says when."""

    class Whether(admin.EmptyFieldListFilter):
        def __init__(self, *about: Any, **options: Any) -> None:
            super().__init__(*about, **options)
            self.title = title

        def choices(self, changelist: ChangeList) -> Iterator[Any]:
            for choice in super().choices(changelist):  # with how many there are, where that is asked for
                yield {**choice, "display": str(choice["display"]).replace("Not empty", yes).replace("Empty", no)}

    return Whether


def inner_link(path: str, words: str) -> SafeString:
    return format_html('<a class="inner-link" href="{}">{}</a>', path, words)


def last_line(error: str) -> str:
    """What a traceback comes down to, for lists."""
    return error.strip().rpartition("\n")[2][:200]


def lines(error: str) -> str | SafeString:
    """A traceback as it was printed."""
    return format_html('<pre class="printed">{}</pre>', error) if error else ""
