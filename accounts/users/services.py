"""Writes to people: creating, editing, suspending."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.users.events import (
    AddressesChanged,
    PrivacyChanged,
    ProfileUpdated,
    UserClosed,
    UserCreated,
    UserReopened,
    UserRestored,
    UserSuspended,
)
from accounts.users.leaving import give_up_sign_ups
from accounts.users.models import SeenAs, User
from accounts.users.names import USERNAME_VALIDATORS, is_retired
from core.errors import Conflict, Invalid, NotFound
from core.events.outbox import emit

PRIVACY = (
    "is_private",
    "messages_from",
    "friend_requests_from",
    "groups_from",
    "presence_shown_to",
    "birth_date_shown_to",
    "found_by_email",
    "found_by_phone",
    "first_audience",
    "sends_read_receipts",
)
EDITABLE = frozenset({"display_name", "bio", "location", "website", "birth_date", *PRIVACY})
OLDEST_YEARS = 130


class UsernameTaken(Conflict):
    default_code = "username_taken"
    default_message = "This username is taken."


class EmailTaken(Conflict):
    """For doors that must not say so: they answer as if the address were new."""

    default_code = "email_taken"
    default_message = "This address belongs to somebody."


class PhoneTaken(Conflict):
    """For doors that must not say so: they answer as if the number were new."""

    default_code = "phone_taken"
    default_message = "This number belongs to somebody."


def create_user(*, username: str, email: str | None = None, password: str | None = None, display_name: str = "") -> User:
    """Add a person. Without a password they can only come in another way.

    Uniqueness is the database's, whatever the case of letters, so of two sign-ups at once one wins.

    Raises: Invalid("invalid_username", "username_reserved"), UsernameTaken, EmailTaken, PhoneTaken.
    Events: UserCreated.
    """
    user = User(username=username, email=User.objects.normalize_email(email).lower() if email else None, display_name=display_name)
    user.set_password(password)
    return add_user(user=user)


def add_user(*, user: User) -> User:
    """Store a person whose fields somebody else filled in (allauth does, at sign-up). Sign-ups nobody has confirmed give way to it.

    Rules, errors and events as ``create_user``; SignUpGivenUp for each that gave way.
    """
    try:
        for validate in USERNAME_VALIDATORS:
            validate(user.username)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="username_reserved" if error.code == "username_reserved" else "invalid_username") from None
    try:
        with transaction.atomic():
            give_up_sign_ups(username=user.username, email=user.email)
            user.save(force_insert=True)
            if is_retired(user.username):  # asked once the name is ours: whoever had it is gone by now, or keeps it
                raise UsernameTaken
            emit(UserCreated(user_id=user.pk))
    except IntegrityError as error:
        raise _taken(error) from None
    return user


def _taken(error: IntegrityError) -> Conflict:
    if "user_email_unique" in str(error):
        return EmailTaken()
    return PhoneTaken() if "user_phone_unique" in str(error) else UsernameTaken()


@transaction.atomic
def confirm_sign_up(*, user_id: UUID) -> bool:
    """Its address was answered from: from now on it is an account, and exists for others. False where it is one already, or was given up.

    Events: ProfileUpdated, when it is new.
    """
    is_new = bool(User.objects.unconfirmed().filter(pk=user_id).update(is_waiting=False, is_active=True))
    if is_new:
        emit(ProfileUpdated(user_id=user_id))
    return is_new


@transaction.atomic
def set_email(*, user: User, email: str) -> User:
    """Give a person another address, which they have answered from. The rows about addresses are allauth's and change with it
    (``accounts.sessions.identities``).

    Raises: EmailTaken.
    Events: AddressesChanged, if it is another one.
    """
    return _set_identity(user, "email", email.lower())


@transaction.atomic
def set_phone(*, user: User, phone: str | None) -> User:
    """Give a person a number, in E.164, that they have answered from; None takes it away.

    Raises: PhoneTaken.
    Events: AddressesChanged, if it is another one.
    """
    return _set_identity(user, "phone", phone)


def _set_identity(user: User, name: str, value: str | None) -> User:
    person: User = User.objects.select_for_update().get(pk=user.pk)
    if getattr(person, name) == value:
        return person
    setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save(update_fields=[name])
    except IntegrityError as error:
        raise _taken(error) from None
    emit(AddressesChanged(user_id=person.pk))
    return person


@transaction.atomic
def update_profile(*, user: User, changes: dict[str, Any]) -> User:
    """Change what a person shows of themselves and whom they let near: the fields in ``EDITABLE``, already of the right shape.

    Raises: Invalid("not_editable") naming the fields that cannot be changed here; Invalid("invalid_birth_date").
    Events: ProfileUpdated, if anything changed; PrivacyChanged before it, if that was a choice of privacy.
    """
    if (born := changes.get("birth_date")) is not None:
        check_birth_date(born)
    if unknown := sorted(changes.keys() - EDITABLE):
        raise Invalid("These fields cannot be changed here.", code="not_editable", details={"fields": unknown})
    person: User = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name, value in changes.items() if getattr(person, name) != value]
    if changed:
        for name in changed:
            setattr(person, name, changes[name])
        person.save(update_fields=changed)
        if choices := [name for name in PRIVACY if name in changed]:
            emit(PrivacyChanged(user_id=person.pk, choices=choices))
        emit(ProfileUpdated(user_id=person.pk, fields=changed))
    return person


def check_birth_date(born: date) -> None:
    """Raises: Invalid("invalid_birth_date")."""
    today = timezone.localdate()
    if not today.year - OLDEST_YEARS <= born.year or born > today:
        raise Invalid("This is nobody's date of birth.", code="invalid_birth_date")


@transaction.atomic
def set_status(*, user: User, text: str, until: datetime | None = None) -> User:
    """Say what one is up to, for those who see one's presence; until a moment, or until it is changed. Empty text takes it away.

    Raises: Invalid("until_in_past").
    Events: ProfileUpdated, if that is new.
    """
    if until is not None and until <= timezone.now():
        raise Invalid("A status ends in the future.", code="until_in_past")
    person: User = User.objects.select_for_update().get(pk=user.pk)
    said = (text, until if text else None)
    if (person.status_text, person.status_until) == said:
        return person
    person.status_text, person.status_until = said
    person.save(update_fields=["status_text", "status_until"])
    emit(ProfileUpdated(user_id=person.pk, fields=["status_text", "status_until"]))
    return person


@transaction.atomic
def suspend_user(*, user: User, until: datetime, reason: str) -> User:
    """Keep a person out until a moment: they cannot sign in, their sessions end, what they made is hidden meanwhile.

    Raises: Invalid("until_in_past").
    Events: UserSuspended.
    """
    if until <= timezone.now():
        raise Invalid("A suspension ends in the future.", code="until_in_past")
    return _set_suspension(user, until, reason, UserSuspended(user_id=user.pk))


@transaction.atomic
def lift_suspension(*, user: User) -> User:
    """Let a suspended person back in. Nothing happens to one who is not suspended, or whose suspension has ended by itself.

    Events: UserRestored, if there was a suspension.
    """
    if not _locked(user).is_suspended:
        return user
    return _set_suspension(user, None, "", UserRestored(user_id=user.pk))


def _set_suspension(user: User, until: datetime | None, reason: str, event: UserSuspended | UserRestored) -> User:
    person = _locked(user)
    person.suspended_until, person.suspension_reason = until, reason
    person.save(update_fields=["suspended_until", "suspension_reason"])
    emit(event)
    return person


@transaction.atomic
def close_account(*, user: User) -> User:
    """Shut a person out for as long as nobody opens the account again: their sessions end, and they and what they made are hidden.

    Raises: Conflict("account_not_open") where it is closed already, for whatever reason.
    Events: UserClosed.
    """
    person = _locked(user)
    if not person.is_active:
        raise Conflict("This account is closed already.", code="account_not_open")
    return _set_active(person, False, UserClosed(user_id=person.pk))


@transaction.atomic
def reopen_account(*, user: User) -> User:
    """Let somebody back in whose account was closed. What was asked to be deleted is kept by ``accounts.data``, not here.

    Raises: Conflict("account_not_closed") also for whoever is leaving or gone, and for sign-ups nobody has confirmed.
    Events: UserReopened.
    """
    person = _locked(user)
    if person.is_active or person.is_waiting or person.erase_at or person.erased_at:
        raise Conflict("This account was not closed by staff.", code="account_not_closed")
    return _set_active(person, True, UserReopened(user_id=person.pk))


def _set_active(person: User, is_active: bool, event: UserClosed | UserReopened) -> User:
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    emit(event)
    return person


@transaction.atomic
def set_verified(*, user: User, is_verified: bool) -> bool:
    """Put the mark beside a person's name, or take it away. True when that is new.

    Raises: NotFound.
    Events: ProfileUpdated, when it is.
    """
    person = _locked(user)
    if person.is_verified == is_verified:
        return False
    person.is_verified = is_verified
    person.save(update_fields=["is_verified"])
    emit(ProfileUpdated(user_id=person.pk, fields=["is_verified"]))
    return True


def _locked(user: User) -> User:
    person: User | None = User.objects.select_for_update().filter(pk=user.pk).first()
    if person is None:
        raise NotFound
    return person


@transaction.atomic(savepoint=False)
def record_seen(*, user_ids: Collection[UUID], at: datetime) -> None:
    """Move the last-seen of people forward to ``at``; never back, and not while they are invisible. One query, however many.

    Who is being written by somebody else just now is left for the next time: nothing here waits, so it can be part of anything.
    """
    earlier = User.objects.exclude(seen_as=SeenAs.INVISIBLE).filter(Q(last_seen_at=None) | Q(last_seen_at__lt=at), pk__in=user_ids)
    User.objects.filter(pk__in=earlier.select_for_update(skip_locked=True, no_key=True).values("pk")).update(last_seen_at=at)
