"""A person's picture: the one thing of a profile that needs the media floor."""

from typing import Any

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
    with transaction.atomic():
        person: User = User.objects.select_for_update().get(pk=user.pk)
        before = person.avatar_key
        used = uploads.use_avatar(owner=person, upload_id=upload.pk)
        person.avatar_key, person.avatar_blurhash = used.prefix, used.blurhash
        person.save(update_fields=["avatar_key", "avatar_blurhash"])
        uploads.release_avatar(avatar_key=before)
        emit(ProfileUpdated(user_id=person.pk))
        return person
