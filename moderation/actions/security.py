"""What staff do about people without a report: keeping them out, signing them out, taking a lost second factor away. Each act asks why, and is
audited.

People and sessions have their admins a few floors down, where nothing knows of the audit trail, so the actions are added from here.
"""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.admin import ModelAdmin

from accounts.data.admin import DeletionAdmin
from accounts.data.models import Deletion
from accounts.sessions.admin import EmailAddressAdmin, SessionAdmin
from accounts.sessions.models import Session
from accounts.users.admin import Panel, PanelRow, UserAdmin
from accounts.users.models import User
from moderation.actions import selectors, services
from moderation.actions.asking import asks_why
from moderation.actions.forms import SuspendForm


@asks_why("suspend", "Suspend", permission="change", form_class=SuspendForm)
def suspend(*, moderator: User, row: User, reason: str, days: int) -> None:
    services.suspend(moderator=moderator, person=row, reason=reason, until=timezone.now() + timedelta(days=days))


@asks_why("lift_suspension", "Lift suspension", permission="change")
def lift_suspension(*, moderator: User, row: User, reason: str) -> None:
    services.lift(moderator=moderator, person=row, reason=reason)


@asks_why("close_account", "Close account", permission="change")
def close_account(*, moderator: User, row: User, reason: str) -> None:
    services.close_account(moderator=moderator, person=row, reason=reason)


@asks_why("reopen_account", "Reopen account", permission="change")
def reopen_account(*, moderator: User, row: User, reason: str) -> None:
    services.reopen_account(moderator=moderator, person=row, reason=reason)


@asks_why("give_mark", "Give the verified mark", permission="change")
def give_mark(*, moderator: User, row: User, reason: str) -> None:
    services.set_verified(moderator=moderator, person=row, reason=reason, is_verified=True)


@asks_why("take_mark", "Take the verified mark away", permission="change")
def take_mark(*, moderator: User, row: User, reason: str) -> None:
    services.set_verified(moderator=moderator, person=row, reason=reason, is_verified=False)


@asks_why("end_all_sessions", "Sign out everywhere", permission="change")
def end_all_sessions(*, moderator: User, row: User, reason: str) -> None:
    services.end_sessions(moderator=moderator, person=row, reason=reason)


@asks_why("reset_second_factor", "Reset the second factor", permission="change")
def reset_second_factor(*, moderator: User, row: User, reason: str) -> None:
    services.reset_second_factor(moderator=moderator, person=row, reason=reason)


@asks_why("end_sessions", "End these sessions", permission="end")
def end_sessions(*, moderator: User, row: Session, reason: str) -> None:
    services.end_sessions(moderator=moderator, person=row.user, reason=reason, session_id=row.pk)


@asks_why("mark_verified", "Mark as verified", permission="verify")
def mark_verified(*, moderator: User, row: EmailAddress, reason: str) -> None:
    services.verify_address(moderator=moderator, address=row, reason=reason)


@asks_why("keep_accounts", "Keep these accounts", permission="keep")
def keep_accounts(*, moderator: User, row: Deletion, reason: str) -> None:
    services.keep_account(moderator=moderator, person=row.person, reason=reason)


def may_end(self: SessionAdmin, request: HttpRequest) -> bool:
    """Whoever may change people may sign them out."""
    return request.user.has_perm("accounts_users.change_user")


def may_verify(self: EmailAddressAdmin, request: HttpRequest) -> bool:
    return request.user.has_perm("account.change_emailaddress")


def may_keep(self: DeletionAdmin, request: HttpRequest) -> bool:
    return request.user.has_perm("accounts_data.change_deletion")


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


SessionAdmin.has_end_permission = may_end
SessionAdmin.actions = [*(SessionAdmin.actions or []), end_sessions]
EmailAddressAdmin.has_verify_permission = may_verify
EmailAddressAdmin.actions = [*(EmailAddressAdmin.actions or []), mark_verified]
DeletionAdmin.has_keep_permission = may_keep
DeletionAdmin.actions = [*(DeletionAdmin.actions or []), keep_accounts]
UserAdmin.log_change = log_change
UserAdmin.panels = [*UserAdmin.panels, what_was_done]
UserAdmin.actions = [
    *UserAdmin.actions,
    *(suspend, lift_suspension, close_account, reopen_account, end_all_sessions, reset_second_factor, give_mark, take_mark),
]
