"""Uploads for tests: as rows alone, or with the bytes behind them."""

import io

import factory

from accounts.users.tests.factories import UserFactory
from core.models import uuid7
from core.storage import store
from media_app.uploads import services
from media_app.uploads.models import Kind, State, Upload
from media_app.uploads.tests.pictures import picture


class UploadFactory(factory.django.DjangoModelFactory[Upload]):
    """Waiting for its bytes."""

    class Meta:
        model = Upload

    id = factory.LazyFunction(uuid7)
    owner = factory.SubFactory(UserFactory)
    kind = Kind.IMAGE
    filename = "holiday.jpg"
    content_type = "image/jpeg"
    size = 1000


class ReadyImageFactory(UploadFactory):
    """Finished, as rows go; its objects are not in the store."""

    state = State.READY
    width, height = 640, 480
    blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
    variants = factory.LazyAttribute(lambda upload: {"640": {"key": f"uploads/{upload.id}/640.webp", "width": 640, "height": 480}})


def received(content: bytes | None = None, **fields: object) -> Upload:
    """Its bytes have arrived and processing is owed."""
    content = picture() if content is None else content
    upload = UploadFactory.create(size=len(content), **fields)
    store.save(upload.original_key, io.BytesIO(content))
    return services.complete_upload(owner=upload.owner, upload_id=upload.pk)


def processed(content: bytes | None = None, **fields: object) -> Upload:
    upload = received(content, **fields)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    return upload
