"""A person's pictures, avatar and cover: the part of a profile that needs the media floor."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.users.events import ProfileUpdated
from accounts.users.models import User
from core.errors import Invalid
from core.events.outbox import emit
from media_app.uploads import services as uploads
from media_app.uploads.imaging import Crop
from media_app.uploads.models import Kind, State


def set_picture_from_file(*, user: User, file: Any, kind: Kind = Kind.AVATAR, crop: Crop | None = None) -> User:
    """Show a file from a form as the person's avatar or cover; the one before is discarded.

    Args:
        crop: what of it is shown, as parts of its sides; the middle without.
    Raises: Invalid("invalid_images") where it is no picture we can show; Invalid as media_app.uploads.
    Events: ProfileUpdated.
    """
    upload = uploads.create_upload_from_file(
        owner=user, file=file, kind=kind, filename=file.name, content_type=file.content_type or "", size=file.size, crop=crop
    )
    uploads.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    if upload.state != State.READY:
        raise Invalid("This is not a picture we can show.", code="invalid_images")
    return set_picture(user=user, upload_id=upload.pk, kind=kind)


@transaction.atomic
def set_picture(*, user: User, upload_id: UUID, kind: Kind = Kind.AVATAR) -> User:
    """Show a finished upload of that kind as the person's avatar or cover; the one before is discarded.

    Raises: NotFound where it is not theirs, Conflict("upload_not_ready").
    Events: ProfileUpdated.
    """
    used = uploads.use_portrait(owner=user, upload_id=upload_id, kind=kind)
    return _show(user, kind, used.prefix, used.blurhash)


@transaction.atomic
def remove_picture(*, user: User, kind: Kind = Kind.AVATAR) -> User:
    """Show the person's initials, or a plain cover, again. Events: ProfileUpdated, if there was a picture."""
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
        emit(ProfileUpdated(user_id=person.pk))
    return person
