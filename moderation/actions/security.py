"""What staff do about people without a report: keeping them out, signing them out, taking a lost second factor away. Each act asks why, and is
audited.

People and sessions have their admins a few floors down, where nothing knows of the audit trail, so the actions are added from here.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.admin import ModelAdmin

from accounts.data.admin import DeletionAdmin
from accounts.sessions.admin import EmailAddressAdmin, SessionAdmin
from accounts.users.admin import Panel, PanelRow, UserAdmin
from accounts.users.models import User
from moderation.actions import selectors, services
from moderation.actions.asking import asks_why
from moderation.actions.forms import ReasonForm, SuspendForm

Told = Callable[[Any], dict[str, Any]]  # of the row: what its service is told besides who acts and why


def suspend(*, days: int, **about: Any) -> None:
    services.suspend(until=timezone.now() + timedelta(days=days), **about)


def person(row: User) -> dict[str, Any]:
    return {"person": row}


# On which list: the right its actions ask for, and name, title, service and what that is told of a row.
ACTIONS: list[tuple[type[ModelAdmin], str, list[tuple[str, str, Callable[..., object], Told]]]] = [
    (
        UserAdmin,
        "change",
        [
            ("suspend", "Suspend", suspend, person),
            ("lift_suspension", "Lift the suspension", services.lift, person),
            ("close_account", "Close the account", services.close_account, person),
            ("reopen_account", "Open the account again", services.reopen_account, person),
            ("end_all_sessions", "Sign out everywhere", services.end_sessions, person),
            ("reset_second_factor", "Reset the second factor", services.reset_second_factor, person),
            ("give_mark", "Give the verified mark", partial(services.set_verified, is_verified=True), person),
            ("take_mark", "Take the verified mark away", partial(services.set_verified, is_verified=False), person),
        ],
    ),
    (SessionAdmin, "end", [("end_sessions", "End these sessions", services.end_sessions, lambda row: {"person": row.user, "session_id": row.pk})]),
    (EmailAddressAdmin, "verify", [("mark_verified", "Mark as verified", services.verify_address, lambda row: {"address": row})]),
    (DeletionAdmin, "keep", [("keep_accounts", "Keep these accounts", services.keep_account, lambda row: {"person": row.person})]),
]
# Rights the slices below know nothing of, by those Django made for their tables.
RIGHTS: list[tuple[type[ModelAdmin], str, str]] = [
    (SessionAdmin, "has_end_permission", "accounts_users.change_user"),  # whoever may change people may sign them out
    (EmailAddressAdmin, "has_verify_permission", "account.change_emailaddress"),
    (DeletionAdmin, "has_keep_permission", "accounts_data.change_deletion"),
]


def action(name: str, title: str, permission: str, service: Callable[..., object], told: Told) -> Any:
    """Of the list: asks why, and lets the service do it to each row."""
    form = SuspendForm if service is suspend else ReasonForm

    @asks_why(name, title, permission=permission, form_class=form)
    def act(*, moderator: User, row: Any, **asked: Any) -> None:
        service(moderator=moderator, **told(row), **asked)

    return act


def holding(permission: str) -> Callable[[ModelAdmin, HttpRequest], bool]:
    return lambda _, request: bool(request.user.has_perm(permission))


def log_change(self: UserAdmin, request: HttpRequest, obj: User, message: Any) -> LogEntry:
    """What the form of a person has changed stands in the audit trail too."""
    entry: LogEntry = ModelAdmin.log_change(self, request, obj, message)
    if message:
        services.note_edit(moderator=request.user, person=obj, what=entry.get_change_message())  # type: ignore[arg-type]
    return entry


def what_was_done(request: HttpRequest, person: User) -> Panel | None:
    """On the person's page: the audit trail about them, the latest first."""
    if not request.user.has_perm("moderation_actions.view_act"):
        return None
    rows = [
        PanelRow(
            label=f"{date_format(timezone.localtime(act.created_at), 'j F Y, H:i')} · {act.moderator_name}: {act.get_verb_display()}",
            value=f"{f'until {act.until:%Y-%m-%d}: ' if act.until else ''}{act.reason}",
            url=reverse("admin:moderation_actions_act_change", args=[act.pk]),
        )
        for act in selectors.acts_about_person(person)
    ]
    return Panel(title="What moderators did", rows=rows, url=f"{reverse('admin:moderation_actions_act_changelist')}?person__id__exact={person.pk}")


for shown, right, actions in ACTIONS:
    shown.actions = [*(shown.actions or []), *(action(name, title, right, service, told) for name, title, service, told in actions)]
for shown, method, permission in RIGHTS:
    setattr(shown, method, holding(permission))
UserAdmin.log_change = log_change
UserAdmin.panels = [*UserAdmin.panels, what_was_done]
