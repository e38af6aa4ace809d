"""A person's picture: the one thing of a profile that needs the media floor."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.users.events import ProfileUpdated
from accounts.users.models import User
from core.errors import Invalid
from core.events.outbox import emit
from media_app.uploads import services as uploads
from media_app.uploads.models import Kind, State


def set_avatar_from_file(*, user: User, file: Any) -> User:
    """Show a file from a form as the person's picture; the one before is discarded.

    Raises: Invalid("invalid_images") where it is no picture we can show; Invalid as media_app.uploads.
    Events: ProfileUpdated.
    """
    upload = uploads.create_upload_from_file(
        owner=user, file=file, kind=Kind.AVATAR, filename=file.name, content_type=file.content_type or "", size=file.size
    )
    uploads.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    if upload.state != State.READY:
        raise Invalid("This is not a picture we can show.", code="invalid_images")
    return set_avatar(user=user, upload_id=upload.pk)


@transaction.atomic
def set_avatar(*, user: User, upload_id: UUID) -> User:
    """Show a finished upload of the kind ``avatar`` as the person's picture; the one before is discarded.

    Raises: NotFound where it is not theirs, Conflict("upload_not_ready").
    Events: ProfileUpdated.
    """
    used = uploads.use_avatar(owner=user, upload_id=upload_id)
    return _show(user, used.prefix, used.blurhash)


@transaction.atomic
def remove_avatar(*, user: User) -> User:
    """Show the person's initials again. Events: ProfileUpdated, if there was a picture."""
    return _show(user, "", "")


def _show(user: User, key: str, blurhash: str) -> User:
    person: User = User.objects.select_for_update().get(pk=user.pk)
    if person.avatar_key != key:
        uploads.release_avatar(avatar_key=person.avatar_key)
        person.avatar_key, person.avatar_blurhash = key, blurhash
        person.save(update_fields=["avatar_key", "avatar_blurhash"])
        emit(ProfileUpdated(user_id=person.pk))
    return person
