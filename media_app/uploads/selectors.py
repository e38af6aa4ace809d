"""Reads of uploads."""

from collections.abc import Iterable
from uuid import UUID

from accounts.users.models import User
from core.errors import Invalid, NotFound
from media_app.uploads.models import Kind, State, Upload


def upload_detail(*, viewer: User | None, upload_id: UUID) -> Upload:
    """One's own upload. Raises NotFound."""
    upload = Upload.objects.visible_to(viewer).filter(pk=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def unused_images(owner: User, ids: Iterable[UUID]) -> dict[UUID, Upload]:
    """Those of ``ids`` that are the owner's images and that nothing shows yet, however far they are."""
    return Upload.objects.visible_to(owner).unused().filter(kind=Kind.IMAGE).in_bulk(list(ids))


def chosen_portraits(owner: User) -> list[Upload]:
    """Avatar and cover that the owner chose and that are not shown: still being made ready, or refused."""
    return list(Upload.objects.visible_to(owner).filter(is_chosen=True).order_by("kind"))


def ready_images(owner: User, ids: Iterable[UUID]) -> list[Upload]:
    """The owner's images by ``ids``, in that order, finished and not shown by anything yet.

    Raises Invalid("invalid_images") when one of them is missing, repeated, somebody else's, in use, or not ready.
    """
    wanted = list(ids)
    found = Upload.objects.visible_to(owner).unused().filter(kind=Kind.IMAGE, state=State.READY).in_bulk(wanted)
    if len(found) != len(wanted):
        raise Invalid("Not all of these pictures can be used.", code="invalid_images")
    return [found[upload_id] for upload_id in wanted]
