"""The store in use, as functions: an S3 bucket when ``S3_BUCKET`` is set, otherwise the disk. Each does what ``contract.Store`` promises."""

from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.conf import settings

from core.storage.contract import DOWNLOAD_SECONDS, UPLOAD_SECONDS, PresignedUpload, Store
from core.storage.disk import DiskStore
from core.storage.s3 import Bucket, S3Store

_s3_store = lru_cache(maxsize=4)(S3Store)


def current() -> Store:
    """The store the settings name now."""
    if settings.S3_BUCKET:
        return _s3_store(
            Bucket(
                name=settings.S3_BUCKET,
                endpoint_url=settings.S3_ENDPOINT_URL,
                public_endpoint_url=settings.S3_PUBLIC_ENDPOINT_URL,
                region=settings.S3_REGION,
                access_key_id=settings.S3_ACCESS_KEY_ID,
                secret_access_key=settings.S3_SECRET_ACCESS_KEY,
            )
        )
    return DiskStore(Path(settings.MEDIA_ROOT))


def presign_upload(key: str, *, content_type: str, size: int, seconds: int = UPLOAD_SECONDS) -> PresignedUpload:
    return current().presign_upload(key, content_type=content_type, size=size, seconds=seconds)


def signed_url(key: str, *, seconds: int = DOWNLOAD_SECONDS, download_name: str | None = None) -> str:
    return current().signed_url(key, seconds=seconds, download_name=download_name)


def public_url(key: str) -> str:
    return current().public_url(key)


def open(key: str) -> IO[bytes]:  # noqa: A001  the verb of the contract
    return current().open(key)


def save(key: str, content: IO[bytes]) -> None:
    current().save(key, content)


def writer(key: str) -> AbstractContextManager[IO[bytes]]:
    return current().writer(key)


def delete(key: str) -> None:
    current().delete(key)


def exists(key: str) -> bool:
    return current().exists(key)


def size(key: str) -> int:
    return current().size(key)


def discard_abandoned() -> int:
    return current().discard_abandoned()


def check() -> None:
    current().check()
