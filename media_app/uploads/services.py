"""An upload's way: asked for, received, processed, ready or failed; used by something, or in time discarded.

Every step is one transaction on the row, and the work between two steps can be done twice without harm, so a process may be killed
anywhere: ``due_uploads`` finds the row again.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import IO
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from PIL.Image import Image

from accounts.users.models import User
from core.errors import Conflict, NotFound
from core.events.outbox import emit
from core.storage import store
from core.storage.contract import PresignedUpload
from media_app.uploads import imaging, policies
from media_app.uploads.events import UploadDiscarded, UploadFailed, UploadReady, UploadReceived
from media_app.uploads.models import ORPHAN_AGE, Kind, State, Upload
from media_app.uploads.selectors import ready_images

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=3)  # longer than the task's own time limit
BACKOFF = timedelta(seconds=15)  # doubled each time
MAX_ATTEMPTS = 5
SWEEP_GRACE = timedelta(seconds=30)  # what the queue is given before the sweeper helps it
SWEEP_BATCH = 500
SIZES = {Kind.AVATAR: imaging.AVATAR_SIDES, Kind.COVER: imaging.COVER_WIDTHS, Kind.IMAGE: imaging.IMAGE_WIDTHS}


def request_upload(
    *, owner: User, kind: str, filename: str, content_type: str, size: int, crop: imaging.Crop | None = None
) -> tuple[Upload, PresignedUpload]:
    """Begin an upload whose bytes the client sends to the store itself, then confirms with ``complete_upload``.

    Args:
        crop: what of an avatar or a cover is shown; the middle of it without.
    Raises Invalid, as ``policies.check_declared`` and ``policies.check_crop``.
    """
    policies.check_declared(kind, content_type, size)
    policies.check_crop(kind, crop)
    upload = Upload(owner=owner, kind=kind, filename=filename[-255:], content_type=content_type, size=size, crop=crop)
    presigned = store.presign_upload(upload.original_key, content_type=content_type, size=size)
    upload.save(force_insert=True)
    return upload, presigned


def create_upload_from_file(
    *,
    owner: User,
    file: IO[bytes],
    kind: str,
    filename: str,
    content_type: str,
    size: int,
    crop: imaging.Crop | None = None,
    is_chosen: bool = False,
) -> Upload:
    """Take a file that came with a form: ``request_upload``, the bytes and ``complete_upload`` in one. Raises Invalid. Events: UploadReceived.

    Args:
        is_chosen: an avatar or a cover that is to be shown once it is ready, in place of what was chosen before it (``take_chosen``).
    """
    policies.check_declared(kind, content_type, size)
    policies.check_crop(kind, crop)
    upload = Upload(owner=owner, kind=kind, filename=filename[-255:], content_type=content_type, size=size, crop=crop, is_chosen=is_chosen)
    upload.save(force_insert=True)  # before the bytes: an object without a row would never be cleaned up
    if is_chosen:
        Upload.objects.filter(owner=owner, kind=kind, is_chosen=True, pk__lt=upload.pk).update(is_chosen=False)
    store.save(upload.original_key, file)
    return complete_upload(owner=owner, upload_id=upload.pk)


def complete_upload(*, owner: User, upload_id: UUID) -> Upload:
    """Confirm that the bytes have arrived; also asks again for an upload that failed through no fault of the file. Repeating it is harmless.

    Raises:
        NotFound: not the owner's.
        Conflict("not_uploaded"): the store does not have the bytes.
        Conflict("upload_failed"): the file was refused.
    Events: UploadReceived.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().visible_to(owner).filter(pk=upload_id).first()
        if upload is None:
            raise NotFound
        if upload.state in (State.PROCESSING, State.READY):  # a tuple: members of an enum do not hash like their values
            return upload
        if upload.state == State.FAILED and not upload.can_retry:
            raise Conflict("This file was refused.", code="upload_failed", details={"reason": upload.failure})
        if not store.exists(upload.original_key):
            raise Conflict("The file has not arrived.", code="not_uploaded")
        upload.state, upload.failure, upload.attempts, upload.due_at = State.PROCESSING, "", 0, timezone.now()
        upload.save(update_fields=["state", "failure", "attempts", "due_at"])
        emit(UploadReceived(upload_id=upload.pk))
        return upload


def process_upload(*, upload_id: UUID) -> None:
    """Check the bytes and make the variants, if that is owed now and nobody else is at it. Events: UploadReady or UploadFailed.

    A file at fault fails at once. Anything else that goes wrong is tried again later, MAX_ATTEMPTS times in all.
    """
    upload = _claim(upload_id)
    if upload is None:
        return
    try:
        with store.open(upload.original_key) as file:
            image = imaging.decode(file)
        made = _variants_of(upload, image)
        variants: dict[str, dict[str, str | int]] = {}
        for variant in made:
            key = f"{upload.prefix}/{variant.name}.webp"
            store.save(key, variant.content)
            variants[variant.name] = {"key": key, "width": variant.width, "height": variant.height}
        upload.width, upload.height = variant.width, variant.height  # of the largest, which came last
        upload.variants, upload.blurhash, upload.state = variants, imaging.blurhash_of(image), State.READY
    except imaging.ImageRefused as refusal:
        upload.state, upload.failure = State.FAILED, refusal.reason
    except Exception:
        log.exception("upload_processing_failed", upload_id=str(upload.pk), attempt=upload.attempts)
        if upload.attempts < MAX_ATTEMPTS:
            upload.due_at = timezone.now() + BACKOFF * 2**upload.attempts
        else:
            upload.state, upload.failure = State.FAILED, "processing_failed"
    _finish(upload)


def _variants_of(upload: Upload, image: Image) -> Iterator[imaging.Variant]:
    if upload.kind == Kind.AVATAR:
        return imaging.avatar_variants(image, upload.crop)
    if upload.kind == Kind.COVER:
        return imaging.cover_variants(image, upload.crop)
    return imaging.image_variants(image)


def _claim(upload_id: UUID) -> Upload | None:
    """The upload, ours for LEASE; None when nothing is owed on it now."""
    now = timezone.now()
    with transaction.atomic():
        upload = Upload.objects.select_for_update(skip_locked=True).due(now).filter(pk=upload_id).first()
        if upload is None:
            return None
        if upload.attempts >= MAX_ATTEMPTS:  # each of them died on it
            upload.state, upload.failure = State.FAILED, "processing_failed"
            upload.save(update_fields=["state", "failure"])
            emit(UploadFailed(upload_id=upload.pk))
            return None
        upload.attempts += 1
        upload.due_at = now + LEASE
        upload.save(update_fields=["attempts", "due_at"])
        return upload


def _finish(upload: Upload) -> None:
    """Write the outcome, unless a later attempt has taken over."""
    with transaction.atomic():
        ours = Upload.objects.filter(pk=upload.pk, state=State.PROCESSING, attempts=upload.attempts)
        written = ours.update(
            **{field: getattr(upload, field) for field in ("state", "failure", "due_at", "width", "height", "variants", "blurhash")}
        )
        if written and upload.state == State.READY:
            emit(UploadReady(upload_id=upload.pk))
        elif written and upload.state == State.FAILED:
            emit(UploadFailed(upload_id=upload.pk))


def due_uploads() -> list[UUID]:
    """Uploads whose processing is owed and has not begun, or began in a process that died."""
    return list(Upload.objects.due(timezone.now() - SWEEP_GRACE).order_by("due_at").values_list("pk", flat=True)[:SWEEP_BATCH])


def discard_original(*, upload_id: UUID) -> None:
    """Remove the bytes as they came: what is needed of a finished upload are its variants. Kept where a retry may need them."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload and (upload.state == State.READY or (upload.state == State.FAILED and not upload.can_retry)):
        store.delete(upload.original_key)


def use_images(*, owner: User, ids: Iterable[UUID]) -> list[Upload]:
    """Mark ``ids`` as shown by something, inside the transaction that makes them so, and return them in that order.

    Raises Invalid("invalid_images"), as ``selectors.ready_images``.
    """
    wanted = list(ids)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        list(locked.values_list("pk", flat=True))
        uploads = ready_images(owner, wanted)
        Upload.objects.filter(pk__in=wanted).update(unused_since=None)
        return uploads


def use_portrait(*, owner: User, upload_id: UUID, kind: Kind) -> Upload:
    """The same for one avatar or cover; its ``prefix`` and ``blurhash`` are what a profile keeps. Raises Conflict("upload_not_ready"), NotFound."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update().visible_to(owner).filter(pk=upload_id, kind=kind).first()
        if upload is None:
            raise NotFound
        if upload.state != State.READY:
            raise Conflict("This picture is not ready.", code="upload_not_ready", details={"state": upload.state})
        upload.unused_since = None
        upload.save(update_fields=["unused_since"])
        return upload


def take_chosen(*, upload_id: UUID) -> Upload | None:
    """What its owner chose to show, now that it is ready, once; inside the transaction that shows it. None for everything else."""
    with transaction.atomic():
        upload = (
            Upload.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=upload_id, is_chosen=True, state=State.READY).first()
        )
        if upload is not None:
            upload.is_chosen, upload.unused_since = False, None
            upload.save(update_fields=["is_chosen", "unused_since"])
        return upload


def unchoose(*, owner: User, kind: Kind) -> None:
    """Whatever is still being made ready is not shown by itself any more: something else was decided meanwhile."""
    Upload.objects.filter(owner=owner, kind=kind, is_chosen=True).update(is_chosen=False)


def release_uploads(*, ids: Iterable[UUID]) -> None:
    """Say that nothing shows these uploads any more: they are discarded after ORPHAN_AGE."""
    Upload.objects.filter(pk__in=list(ids), unused_since=None).update(unused_since=timezone.now())


def release_portrait(*, key: str) -> None:
    """``release_uploads`` for whoever knows the avatar or cover by its prefix."""
    upload_id = key.rpartition("/")[2]
    if upload_id:
        release_uploads(ids=[UUID(upload_id)])


def discard_orphans() -> int:
    """Delete uploads that nothing has shown for ORPHAN_AGE, rows and objects. Returns how many. Events: UploadDiscarded."""
    before = timezone.now() - ORPHAN_AGE
    with transaction.atomic():
        orphans = list(Upload.objects.select_for_update(skip_locked=True).orphaned(before).order_by("pk")[:SWEEP_BATCH])
        for upload in orphans:
            emit(UploadDiscarded(keys=_keys_of(upload)))
        Upload.objects.filter(pk__in=[upload.pk for upload in orphans]).delete()
    return len(orphans)


def erase_uploads(*, owner: User, limit: int = SWEEP_BATCH) -> int:
    """Delete some of the uploads of somebody who is gone, shown or not. Returns how many, 0 when none was left.

    The objects go first: they are found again by the row if this is killed in between.
    """
    uploads = list(Upload.objects.filter(owner=owner).order_by("id")[:limit])
    for upload in uploads:
        for key in _keys_of(upload):
            store.delete(key)
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    return len(uploads)


def _keys_of(upload: Upload) -> list[str]:
    """Every object an upload may have, whatever its state."""
    return [upload.original_key, *(f"{upload.prefix}/{side}.webp" for side in SIZES[Kind(upload.kind)])]
