"""What of this slice belongs to a person: their files, as they are shown. The originals are gone once they are processed."""

from collections.abc import Iterator

from accounts.users.models import User
from core.personal_data import Document, Keeper, MediaFile, Row, Trace
from media_app.uploads import services
from media_app.uploads.models import State, Upload


def archive_path(upload: Upload) -> str:
    """Where an archive has the largest variant of a finished upload."""
    return f"media/{upload.prefix}.webp"


def uploads(person: User) -> Iterator[Row]:
    for upload in Upload.objects.visible_to(person).order_by("id").iterator():
        yield {
            "id": upload.pk,
            "kind": upload.kind,
            "filename": upload.filename,
            "state": upload.state,
            "sent_at": upload.created_at,
            "file": archive_path(upload) if upload.state == State.READY else None,
        }


def files(person: User) -> Iterator[MediaFile]:
    for upload in Upload.objects.visible_to(person).filter(state=State.READY).order_by("id").iterator():
        largest = max(upload.variants.values(), key=lambda variant: variant["width"], default=None)
        if largest is not None:
            yield MediaFile(archive_path(upload), str(largest["key"]))


def erase(person: User) -> None:
    while services.erase_uploads(owner=person):
        continue


KEEPER = Keeper(
    name="media_app.uploads",
    documents=(Document("uploads", "Files you sent", uploads),),
    media=files,
    erase=erase,
    traces=(Trace(field="media_uploads.Upload.owner", document="uploads"),),
)
