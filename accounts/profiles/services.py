"""A person's pictures, avatar and cover: the part of a profile that needs the media floor."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.users.events import ProfileUpdated
from accounts.users.models import User
from core.events.outbox import emit
from media_app.uploads import services as uploads
from media_app.uploads.imaging import Crop
from media_app.uploads.models import Kind, Upload


def choose_picture(*, user: User, file: Any, kind: Kind = Kind.AVATAR, crop: Crop | None = None) -> Upload:
    """Take a file from a form as the person's next avatar or cover. A worker makes it ready, and then it is shown (``show_chosen``); until then, and
    where it is no picture, what was there stays.

    Args:
        crop: what of it is shown, as parts of its sides; the middle without.
    Raises: Invalid as media_app.uploads.
    Events: UploadReceived.
    """
    return uploads.create_upload_from_file(
        owner=user, file=file, kind=kind, filename=file.name, content_type=file.content_type or "", size=file.size, crop=crop, is_chosen=True
    )


@transaction.atomic
def show_chosen(*, upload_id: UUID) -> bool:
    """Show the picture a person chose, now that it is ready. True when that is new; false also where they decided otherwise meanwhile.

    Events: ProfileUpdated, if it is.
    """
    upload = uploads.take_chosen(upload_id=upload_id)
    if upload is None:
        return False
    _show(upload.owner, Kind(upload.kind), upload.prefix, upload.blurhash)
    return True


@transaction.atomic
def set_picture(*, user: User, upload_id: UUID, kind: Kind = Kind.AVATAR) -> User:
    """Show a finished upload of that kind as the person's avatar or cover; the one before is discarded.

    Raises: NotFound where it is not theirs, Conflict("upload_not_ready").
    Events: ProfileUpdated.
    """
    used = uploads.use_portrait(owner=user, upload_id=upload_id, kind=kind)
    uploads.unchoose(owner=user, kind=kind)
    return _show(user, kind, used.prefix, used.blurhash)


@transaction.atomic
def remove_picture(*, user: User, kind: Kind = Kind.AVATAR) -> User:
    """Show the person's initials, or a plain cover, again. Events: ProfileUpdated, if there was a picture."""
    uploads.unchoose(owner=user, kind=kind)
    return _show(user, kind, "", "")


def _show(user: User, kind: Kind, key: str, blurhash: str) -> User:
    person: User = User.objects.select_for_update().get(pk=user.pk)
    key_field, blurhash_field = f"{kind.value}_key", f"{kind.value}_blurhash"
    before = getattr(person, key_field)
    if before != key:
        uploads.release_portrait(key=before)
        setattr(person, key_field, key)
        setattr(person, blurhash_field, blurhash)
        person.save(update_fields=[key_field, blurhash_field])
        emit(ProfileUpdated(user_id=person.pk, fields=[key_field, blurhash_field]))
    return person
