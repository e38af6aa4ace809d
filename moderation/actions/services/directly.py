"""What staff do without a report: to people, to what they wrote, to what is between them. Each is one transaction: the effect, and the row of the
audit trail that says who did it to whom, and why.
"""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.data import services as data
from accounts.data.selectors import undone_deletion
from accounts.sessions import identities
from accounts.sessions import services as sessions
from accounts.sessions.models import EndReason
from accounts.users import leaving
from accounts.users import services as people
from accounts.users.models import User
from core import reportable
from core.errors import Conflict, Forbidden, Invalid
from moderation.actions import policies
from moderation.actions.models import Verb
from moderation.actions.services.trail import REASON, note

Result = TypeVar("Result")


def suspend(*, moderator: User, person: User, reason: str, until: datetime) -> None:
    """Keep a person out until a moment; they are told why when they try to come in. Raises as ``_act``, Invalid("until_in_past").

    Events: UserSuspended.
    """
    _act(moderator, person, reason, Verb.SUSPEND, lambda: people.suspend_user(user=person, until=until, reason=reason.strip()[:REASON]), until=until)


def lift(*, moderator: User, person: User, reason: str) -> None:
    """Let a suspended person back in. Raises as ``_act``, Conflict("nothing_to_do"). Events: UserRestored."""

    def effect() -> None:
        _require(leaving.locked(person).is_suspended)
        people.lift_suspension(user=person)

    _act(moderator, person, reason, Verb.LIFT, effect)


def close_account(*, moderator: User, person: User, reason: str) -> None:
    """Shut a person out until somebody opens the account again. Raises as ``_act``, Conflict("account_not_open"). Events: UserClosed."""
    _act(moderator, person, reason, Verb.CLOSE, lambda: people.close_account(user=person))


def reopen_account(*, moderator: User, person: User, reason: str) -> None:
    """Let somebody back in whose account was closed; never one that is being erased, however far that has come.

    Raises as ``_act``, Conflict("account_not_closed"). Events: UserReopened.
    """

    def effect() -> None:
        leaving.locked(person)  # erasing begins under this lock
        if undone_deletion(person) is not None:
            raise Conflict("This account is being deleted. See its deletion.", code="account_not_closed")
        people.reopen_account(user=person)

    _act(moderator, person, reason, Verb.REOPEN, effect)


def set_verified(*, moderator: User, person: User, reason: str, is_verified: bool) -> None:
    """Put the mark beside a name, or take it away. Raises as ``_act``, Conflict("nothing_to_do"). Events: ProfileUpdated."""
    verb = Verb.MARK if is_verified else Verb.UNMARK
    _act(moderator, person, reason, verb, lambda: _require(people.set_verified(user=person, is_verified=is_verified)))


def keep_account(*, moderator: User, person: User, reason: str) -> None:
    """Let somebody back in who wanted to be deleted and asks for it. Raises as ``_act``, Conflict("not_leaving"). Events: UserReturned."""
    _act(moderator, person, reason, Verb.KEEP, lambda: data.keep_account(user=person, kept_by=moderator))


def verify_address(*, moderator: User, address: EmailAddress, reason: str) -> None:
    """Say that an address is its owner's, whom no mail reaches. The trail says whose, not which: it outlives the person's data.

    Raises as ``_act``, Conflict("nothing_to_do"), EmailTaken. Events: AddressesChanged.
    """

    def effect() -> None:
        _require(EmailAddress.objects.filter(pk=address.pk, verified=False).exists())
        identities.verify_address(address=address)

    _act(moderator, address.user, reason, Verb.ADDRESS, effect)


def end_sessions(*, moderator: User, person: User, reason: str, session_id: UUID | None = None) -> int:
    """Sign a person out of one session, or of all. Returns how many ended.

    Raises as ``_act``, Conflict("nothing_to_do") for a session that has ended. Events: SessionEnded for each."""

    def effect() -> int:
        if session_id is None:
            return sessions.end_all_sessions(user=person, reason=EndReason.STAFF)
        _require(sessions.end_session(session_id=session_id, reason=EndReason.STAFF))
        return 1

    return _act(moderator, person, reason, Verb.SESSIONS, effect)


def reset_second_factor(*, moderator: User, person: User, reason: str) -> None:
    """Take authenticator app, passkeys and recovery codes from a person who lost them; their sessions end and a mail tells them.

    Raises as ``_act``. Events: SessionEnded for each session.
    """
    _act(moderator, person, reason, Verb.FACTORS, lambda: sessions.reset_second_factor(user=person))


def hide_thing(*, moderator: User, kind: str, thing: Any, reason: str) -> None:
    """Take something out of everybody's sight that nobody reported. Its author may be shown why.

    Raises as ``_act``, Conflict("cannot_hide", "nothing_to_do"). Events: the slice's own.
    """
    _switch(moderator, kind, thing, reason, Verb.HIDE, attrgetter("hide"), reason.strip()[:REASON])


def unhide_thing(*, moderator: User, kind: str, thing: Any, reason: str) -> None:
    """Show a hidden thing again. Raises as ``hide_thing``. Events: the slice's own."""
    _switch(moderator, kind, thing, reason, Verb.UNHIDE, attrgetter("unhide"))


def remove_relation(*, moderator: User, person: User, kind: str, target_id: UUID, reason: str, remove: Callable[[], bool]) -> None:
    """Take away what ``person`` has with others, by the service that knows how. Raises as ``_act`` and ``remove``, Conflict("nothing_to_do").

    Args:
        kind: the name of its model, in lower case.
        target_id: the other person's, or that of the row where there is none.
    """
    _act(moderator, person, reason, Verb.REMOVE, lambda: _require(remove()), kind=kind, target_id=target_id)


def note_edit(*, moderator: User, person: User, what: str) -> None:
    """Put into the trail what a form has changed of a person, in the transaction that did."""
    note(moderator=moderator, verb=Verb.EDIT, person=person, kind="person", target_id=person.pk, reason=what[:REASON])


def _act(moderator: User, person: User, reason: str, verb: Verb, effect: Callable[[], Result], **fields: Any) -> Result:
    """Do something to a person or what is theirs, and note it. Raises Forbidden("cannot_act_on"), Invalid("reason_required")."""
    if not reason.strip():
        raise Invalid("Say why: it stays in the audit trail.", code="reason_required")
    if not policies.can_act_on(moderator, person):
        raise Forbidden("This is for somebody else to do.", code="cannot_act_on")
    with transaction.atomic():
        done = effect()
        note(moderator=moderator, verb=verb, person=person, reason=reason.strip()[:REASON], **{"kind": "person", "target_id": person.pk, **fields})
    return done


def _require(is_new: object) -> None:
    """What changes nothing is no act."""
    if not is_new:
        raise Conflict("It is so already.", code="nothing_to_do")


def _switch(
    moderator: User, kind: str, thing: Any, reason: str, verb: Verb, which: Callable[[reportable.Reportable], Callable[..., bool] | None], *why: str
) -> None:
    """Hide something, or show it again."""
    known = reportable.of_kind(kind)
    switch = which(known) if known else None
    if known is None or switch is None:
        raise Conflict("Things of this kind cannot be hidden.", code="cannot_hide")
    _act(moderator, known.author(thing), reason, verb, lambda: _require(switch(thing, *why)), kind=kind, target_id=thing.pk)
