"""Reads of archives and deletions."""

from datetime import timedelta

from django.utils import timezone

from accounts.data.models import Deletion, Export
from accounts.users.models import User
from core.errors import NotFound
from core.storage import store

LINK_SECONDS = 300  # to begin the download in; the store rounds it up
BETWEEN_EXPORTS = timedelta(days=1)


def latest_export(viewer: User) -> Export | None:
    """The viewer's newest archive, whatever its state."""
    return Export.objects.visible_to(viewer).order_by("-id").first()


def ready_export(viewer: User) -> Export:
    """The viewer's newest archive, where it can be downloaded now. Raises NotFound."""
    export = latest_export(viewer)
    if export is None or export.state != Export.State.READY or export.expires_at is None or export.expires_at <= timezone.now():
        raise NotFound
    return export


def download_url(export: Export, username: str) -> str:
    """An address that reads the archive for the next minutes, and belongs to whoever has it."""
    return store.signed_url(export.key, seconds=LINK_SECONDS, download_name=f"{username}-{export.created_at:%Y-%m-%d}.zip")


def seconds_until_next(export: Export | None) -> float:
    """How long until another archive can be asked for; 0 where it can be now. One that failed does not count."""
    if export is None or export.state == Export.State.FAILED:
        return 0.0
    return max(0.0, (export.created_at + BETWEEN_EXPORTS - timezone.now()).total_seconds())


def undone_deletion(person: User) -> Deletion | None:
    """What is under way to delete a person's account."""
    return Deletion.objects.undone().filter(person=person).first()
