"""The end of an account: asked for, kept or carried out.

``accounts.users`` closes the account, lets its person back in, and knows when it is too late. Here is the record of it, and the erasure: slice by
slice, highest first, each noted when it is done. Killed between any two steps it goes on where it was; killed within one it does that one again.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import ForeignObjectRel
from django.utils import timezone
from django.utils.formats import date_format

from accounts.data import mails
from accounts.data.models import TIME_TO_RETURN, Deletion
from accounts.data.querysets import DeletionQuerySet
from accounts.data.selectors import undone_deletion
from accounts.users import leaving
from accounts.users.models import User
from core import personal_data
from core.ops.redaction import clean_text

log = structlog.get_logger(__name__)
REMINDED_BEFORE = timedelta(days=3)
LEASE = timedelta(minutes=15)  # renewed after each slice
BACKOFF = timedelta(minutes=1)  # doubled each time, up to
MAX_BACKOFF = timedelta(hours=6)  # and never given up: somebody was promised that it happens


@transaction.atomic
def request_deletion(*, user: User) -> Deletion:
    """Close the account and have it erased once ``TIME_TO_RETURN`` is over. Asked again, it is the same deletion.

    Raises: as ``accounts.users.leaving.begin_leaving``. Events: UserLeaving.
    """
    erase_at = timezone.now() + TIME_TO_RETURN
    person = leaving.begin_leaving(user=user, erase_at=erase_at)
    if (asked := undone_deletion(person)) is not None:
        return asked
    deletion = Deletion(person=person, erase_at=erase_at, address=person.email or "")
    deletion.save(force_insert=True)
    mails.send("deletion_asked", person.email, username=person.username, date=_date(deletion))
    return deletion


@transaction.atomic
def keep_account(*, user: User, kept_by: User | None = None) -> User:
    """Let a person back in who wanted to be deleted; ``kept_by`` is the staff who does it for them.

    Raises: Conflict("not_leaving"), also when the erasure has begun. Events: UserReturned.
    """
    person = leaving.come_back(user=user)
    Deletion.objects.filter(person=person, state=Deletion.State.WAITING).update(
        state=Deletion.State.KEPT, kept_at=timezone.now(), kept_by=kept_by, address=""
    )
    mails.send("deletion_kept", person.email, username=person.username)
    return person


def remind(limit: int = 100) -> int:
    """Write to those whose account goes within ``REMINDED_BEFORE``, once. Returns how many."""
    with transaction.atomic():
        soon = Deletion.objects.to_remind(timezone.now() + REMINDED_BEFORE).select_related("person")
        deletions = list(soon.select_for_update(skip_locked=True, of=("self",)).order_by("erase_at")[:limit])
        for deletion in deletions:
            mails.send("deletion_soon", deletion.address, username=deletion.person.username, date=_date(deletion))
        Deletion.objects.filter(pk__in=[deletion.pk for deletion in deletions]).update(reminded_at=timezone.now())
    return len(deletions)


def due_deletions(limit: int = 100) -> list[UUID]:
    """Deletions whose time has come, or whose erasure stands still."""
    return list(Deletion.objects.due(timezone.now()).order_by("erase_at").values_list("pk", flat=True)[:limit])


def give_up_unconfirmed(limit: int = 100) -> int:
    """Give up sign-ups that nobody confirmed in time. Returns how many. Events: SignUpGivenUp for each."""
    return sum(leaving.give_up_sign_up(user=person) for person in leaving.stale_sign_ups(limit))


@transaction.atomic
def clear_away_sign_up(*, user_id: UUID) -> None:
    """Have everything erased that others tied to a sign-up which was given up, and its row. Asked again, nothing changes."""
    person = User.objects.select_for_update(no_key=True).filter(pk=user_id).exclude(erased_at=None).first()
    if person is None or Deletion.objects.filter(person=person).exists():
        return
    now = timezone.now()
    Deletion(person=person, state=Deletion.State.ERASING, erase_at=now, due_at=now, row_goes=True).save(force_insert=True)


def erase(*, deletion_id: UUID) -> None:
    """Erase a person, if that is owed now and nobody else is at it. What goes wrong is tried again later, from the slice it went wrong in.

    Events: UserErased, and those of the slices.
    """
    deletion = _claim(deletion_id)
    if deletion is None:
        return
    try:
        for keeper in personal_data.erasers():
            if keeper.name not in deletion.steps:
                assert keeper.erase is not None  # noqa: S101 - ``erasers`` says so
                keeper.erase(deletion.person)
                if not _note_step(deletion, keeper.name):
                    return
        _finish(deletion)
    except Exception as error:
        log.exception("erasure_failed", deletion_id=str(deletion.pk), attempt=deletion.attempts)
        later = timezone.now() + min(BACKOFF * 2 ** min(deletion.attempts - 1, 10), MAX_BACKOFF)
        _ours(deletion).update(due_at=later, last_error=clean_text(f"{type(error).__name__}: {error}")[:2000])


@transaction.atomic
def _claim(deletion_id: UUID) -> Deletion | None:
    """The deletion, ours for LEASE and past the point of return; None when nothing is owed on it now, or its person came back in time.

    The person is locked before the deletion, as by whoever keeps the account: of the two the first one wins.
    """
    found = Deletion.objects.select_related("person").filter(pk=deletion_id).first()
    if found is None:
        return None
    leaving.locked(found.person)
    now = timezone.now()
    deletion = Deletion.objects.due(now).select_for_update(skip_locked=True, of=("self",)).select_related("person").filter(pk=deletion_id).first()
    if deletion is None:
        return None
    if deletion.state == Deletion.State.WAITING and leaving.pass_point_of_return(user=deletion.person) is None:
        return None
    deletion.state = Deletion.State.ERASING
    deletion.attempts += 1
    deletion.due_at = now + LEASE
    deletion.save(update_fields=["state", "attempts", "due_at"])
    return deletion


def _note_step(deletion: Deletion, name: str) -> bool:
    """The slice is done. False when a later attempt has taken over."""
    deletion.steps = [*deletion.steps, name]
    return bool(_ours(deletion).update(steps=deletion.steps, due_at=timezone.now() + LEASE, last_error=""))


@transaction.atomic
def _finish(deletion: Deletion) -> None:
    done = _ours(deletion).update(state=Deletion.State.DONE, done_at=timezone.now(), address="", due_at=None, last_error="")
    if done:
        mails.send("deletion_done", deletion.address)
    if done and deletion.row_goes and not _is_pointed_at(deletion.person):
        deletion.person.delete()  # and with it the record of that


def _is_pointed_at(person: User) -> bool:
    """Whether anything is left that stands on the row: what others said to somebody who was not there yet, or the trail of what moderators did."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: person.pk}).exists()
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many and relation.related_model is not Deletion
    )


def _ours(deletion: Deletion) -> DeletionQuerySet:
    """The row, as long as this attempt is the one at it."""
    return Deletion.objects.filter(pk=deletion.pk, state=Deletion.State.ERASING, attempts=deletion.attempts)


def _date(deletion: Deletion) -> str:
    return date_format(deletion.erase_at, "j F Y, H:i e")
