"""An archive's way: asked for, put together, ready, and in time discarded.

Every step is one transaction on the row, and putting it together can be done twice without harm: the store shows an archive once it is whole.
So a process may be killed anywhere, and ``due_exports`` finds the row again.
"""

from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.data import mails
from accounts.data.archive import write_archive
from accounts.data.events import ExportAsked, ExportMoved, ExportReady
from accounts.data.models import ARCHIVE_LIFETIME, Export
from accounts.data.querysets import ExportQuerySet
from accounts.data.selectors import latest_export, seconds_until_next
from accounts.users.leaving import locked
from accounts.users.models import User
from core.errors import NotFound, RateLimited
from core.events.outbox import emit
from core.storage import store

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)  # renewed while it goes on; a single file that takes longer to copy costs an attempt
BACKOFF = timedelta(minutes=1)  # doubled each time
MAX_ATTEMPTS = 5
SWEEP_GRACE = timedelta(minutes=1)  # what the queue is given before the sweeper helps it
TELL_EVERY = 2.0  # seconds between two notes of progress


class TakenOver(Exception):
    """Another attempt is at the archive, or nobody wants it any more."""


@transaction.atomic
def start_export(*, user: User) -> Export:
    """Have an archive made of everything a person has here. The one under way, where there is one.

    Raises: RateLimited("export_too_soon") within a day of the one before; NotFound for somebody who may not be here.
    Events: ExportAsked.
    """
    person = locked(user)
    if not person.is_active or person.is_suspended:
        raise NotFound
    latest = latest_export(person)
    if latest is not None and latest.is_running:
        return latest
    if wait := seconds_until_next(latest):
        raise RateLimited(round(wait, 1), "There is one archive a day. The last one is not that old.", code="export_too_soon")
    export = Export(person=person)
    export.save(force_insert=True)
    emit(ExportAsked(export_id=export.pk))
    return export


def build_export(*, export_id: UUID) -> None:
    """Put the archive together, if that is owed now and nobody else is at it. What goes wrong is tried again later, MAX_ATTEMPTS times in all.

    Events: ExportMoved as it gets further, ExportReady.
    """
    export = _claim(export_id)
    if export is None:
        return
    try:
        with store.writer(export.key) as stream:
            write_archive(stream, export.person, on_progress=_Progress(export).note)
        if not _finish(export, store.size(export.key)):
            _discard_unwanted(export)
    except TakenOver:
        return
    except Exception:
        log.exception("export_failed", export_id=str(export.pk), attempt=export.attempts)
        _give_back(export)


def due_exports(limit: int = 100) -> list[UUID]:
    """Archives that are owed and not begun, or begun in a process that died."""
    return list(Export.objects.due(timezone.now() - SWEEP_GRACE).order_by("due_at").values_list("pk", flat=True)[:limit])


def discard_outdated(limit: int = 100) -> int:
    """Remove archives whose time is over. Returns how many. Events: ExportMoved."""
    outdated = list(Export.objects.outdated(timezone.now()).order_by("expires_at")[:limit])
    for export in outdated:
        store.delete(export.key)  # before the row says so: an object without a row would never be cleaned up
        _write(Export.objects.filter(pk=export.pk, state=Export.State.READY), state=Export.State.EXPIRED)
    return len(outdated)


class _Progress:
    """Writes down how far an attempt is, now and then, and with that keeps it."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.told = monotonic()

    def note(self, percent: int) -> None:
        """Raises TakenOver."""
        if monotonic() - self.told < TELL_EVERY:
            return
        self.told = monotonic()
        ours = _ours(self.export).filter(person__is_active=True)
        if not _write(ours, progress=percent, due_at=timezone.now() + LEASE):
            raise TakenOver


def _claim(export_id: UUID) -> Export | None:
    """The archive, ours for LEASE; None when nothing is owed on it now."""
    now = timezone.now()
    with transaction.atomic():
        due = Export.objects.select_for_update(skip_locked=True, of=("self",)).due(now).filter(pk=export_id)
        export = due.select_related("person").first()
        if export is None:
            return None
        person = export.person
        if export.attempts >= MAX_ATTEMPTS or not person.is_active or person.is_suspended:
            _fail(export)
            return None
        export.state, export.progress = Export.State.BUILDING, 0
        export.attempts += 1
        export.due_at = now + LEASE
        export.save(update_fields=["state", "progress", "attempts", "due_at"])
        return export


@transaction.atomic
def _finish(export: Export, size: int) -> bool:
    """The archive is there: unless a later attempt has taken over, it can be downloaded and its person hears of it."""
    now = timezone.now()
    if not _write(_ours(export), state=Export.State.READY, progress=100, size=size, ready_at=now, expires_at=now + ARCHIVE_LIFETIME):
        return False
    mails.send("export_ready", export.person.email)
    emit(ExportReady(export_id=export.pk, person_id=export.person_id))
    return True


def _discard_unwanted(export: Export) -> None:
    """An attempt that came too late has written an archive: where nobody waits for it any more, it goes again."""
    wanted = Export.objects.filter(pk=export.pk).exclude(state__in=[Export.State.FAILED, Export.State.EXPIRED])
    if not wanted.exists():
        store.delete(export.key)


@transaction.atomic
def _give_back(export: Export) -> None:
    """Try again later, or give up."""
    ours = _ours(export).select_for_update()
    if export.attempts < MAX_ATTEMPTS:
        ours.update(state=Export.State.WAITING, due_at=timezone.now() + BACKOFF * 2 ** (export.attempts - 1))
    elif ours.first() is not None:
        _fail(export)


def _fail(export: Export) -> None:
    """In the transaction of the caller, who holds the row. An attempt that died after writing may have left the archive."""
    store.delete(export.key)
    _write(Export.objects.filter(pk=export.pk), state=Export.State.FAILED)


def _ours(export: Export) -> ExportQuerySet:
    """The row, as long as this attempt is the one at it."""
    return Export.objects.filter(pk=export.pk, state=Export.State.BUILDING, attempts=export.attempts)


@transaction.atomic
def _write(rows: ExportQuerySet, **changes: Any) -> bool:
    """Change the row, if it is still there as the caller knew it."""
    keys = list(rows.values_list("pk", flat=True))
    changed = bool(rows.update(**changes))
    if changed:
        emit(ExportMoved(export_id=keys[0]))
    return changed
