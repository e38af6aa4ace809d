"""Leaving: an account is closed when its person asks, may be kept until a moment, and is then made nobody's. So is a sign-up that nobody confirms.

What the person left in other slices is theirs to erase (``core.personal_data``); the order of it all is ``accounts.data``'s.
"""

from datetime import datetime, timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.users.events import ProfileUpdated, SignUpGivenUp, UserErased, UserLeaving, UserReturned
from accounts.users.models import RetiredName, User
from accounts.users.names import digest_of
from core.errors import Conflict, Forbidden, NotFound
from core.events.outbox import emit

ERASED_NAME = "Deleted account"
CONFIRM_WITHIN = timedelta(days=3)  # as long as the link in the first mail works; having it sent again makes it no longer


@transaction.atomic
def begin_leaving(*, user: User, erase_at: datetime) -> User:
    """Close an account: from now on its person does not exist for anybody, and cannot sign in but to keep it. Asked again, nothing changes.

    Raises: Forbidden("staff_cannot_leave"), NotFound when it is closed for another reason.
    Events: UserLeaving, when that is new.
    """
    person = locked(user)
    if person.erase_at is not None:
        return person
    if not person.is_active:
        raise NotFound
    if person.is_staff or person.is_superuser:
        raise Forbidden("You help to run this place. Have an administrator take that role from you first.", code="staff_cannot_leave")
    person.is_active, person.erase_at = False, erase_at
    person.save(update_fields=["is_active", "erase_at"])
    emit(UserLeaving(user_id=person.pk))
    return person


@transaction.atomic
def come_back(*, user: User) -> User:
    """Keep an account that was to be deleted. A suspension that came meanwhile stays.

    Raises: Conflict("not_leaving"), also when the erasure has begun: what is half gone does not come back.
    Events: UserReturned.
    """
    person = locked(user)
    if person.erase_at is None:
        raise Conflict("This account is not being deleted.", code="not_leaving")
    person.is_active, person.erase_at = True, None
    person.save(update_fields=["is_active", "erase_at"])
    emit(UserReturned(user_id=person.pk))
    return person


@transaction.atomic
def pass_point_of_return(*, user: User) -> User | None:
    """From here on the account cannot be kept. None when its person came back, or its time has not come."""
    person = locked(user)
    if person.erase_at is None or person.erase_at > timezone.now():
        return None
    person.erase_at = None
    person.save(update_fields=["erase_at"])
    return person


@transaction.atomic
def make_nobody(*, user: User) -> None:
    """Take everything from the row that tells of somebody. Its username is never given out again. Done already, nothing changes.

    Events: UserErased, ProfileUpdated.
    """
    person = locked(user)
    if person.erased_at is not None:
        return
    RetiredName.objects.bulk_create([RetiredName(digest=digest_of(person.username))], ignore_conflicts=True)
    _empty(person)


def give_up_sign_ups(*, username: str, email: str | None) -> None:
    """What nobody has confirmed holds neither name nor address against a new sign-up: the newest wins, and links of the older lead nowhere.

    In the transaction of the new one. Events: as ``give_up_sign_up``.
    """
    held = Q(username__iexact=username) | Q(email__iexact=email) if email else Q(username__iexact=username)
    for person in User.objects.unconfirmed().filter(held).order_by("pk"):
        give_up_sign_up(user=person)


def stale_sign_ups(limit: int) -> list[User]:
    """Sign-ups whose time to be confirmed is over, the oldest first."""
    return list(User.objects.unconfirmed().filter(created_at__lt=timezone.now() - CONFIRM_WITHIN).order_by("created_at")[:limit])


@transaction.atomic
def give_up_sign_up(*, user: User) -> bool:
    """Make nobody of a sign-up that was not confirmed. Its name and address are free again at once. False where somebody has confirmed it meanwhile:
    the row is locked, as by whoever confirms (``accounts.sessions.adapters``), so of the two the first one wins.

    Events: SignUpGivenUp, UserErased, ProfileUpdated.
    """
    person = User.objects.unconfirmed().select_for_update(no_key=True).filter(pk=user.pk).first()
    if person is None:
        return False
    apps.get_model("account", "EmailAddress").objects.filter(user=person).delete()
    _empty(person)
    emit(SignUpGivenUp(user_id=person.pk))
    return True


def _empty(person: User) -> None:
    """The row is locked."""
    nobody = User(pk=person.pk, created_at=person.created_at, username=f"deleted_{person.pk.hex}", display_name=ERASED_NAME)
    nobody.is_active, nobody.erased_at = False, timezone.now()
    nobody.set_unusable_password()
    nobody.groups.clear()
    nobody.user_permissions.clear()
    nobody.save(force_update=True)
    emit(ProfileUpdated(user_id=person.pk, fields=["username", "display_name", "avatar_key"]))
    emit(UserErased(user_id=person.pk))


def locked(user: User) -> User:
    """The row, for this transaction alone; rows that point at it can still be written. Raises NotFound."""
    person: User | None = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if person is None:
        raise NotFound
    return person
