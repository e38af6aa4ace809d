"""Objects in an S3 bucket or anything that speaks its protocol. Bytes travel between clients and the bucket, not through us."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import IO, Any
from urllib.parse import quote, urlencode

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

from core.storage.contract import (
    ABANDONED_SECONDS,
    DOWNLOAD_SECONDS,
    PUBLIC_CACHE,
    PUBLIC_PREFIX,
    UPLOAD_SECONDS,
    PresignedUpload,
    checked_key,
    checked_public_key,
    content_type_of,
    disposition_of,
    grid,
)
from core.storage.parts import PartWriter

_SPOOL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the bucket is. Empty ``access_key_id``: the machine's own role. ``public_endpoint_url``: as browsers reach it."""

    name: str
    endpoint_url: str
    public_endpoint_url: str
    region: str
    access_key_id: str
    secret_access_key: str


class QueryAuthFrom(S3SigV4QueryAuth):
    """Signature version 4 in the query, counted from a moment of our choice, so that equal requests get equal URLs."""

    def __init__(self, start: int, credentials: Any, region: str, expires: int) -> None:
        super().__init__(credentials, "s3", region, expires=expires)
        self.start = datetime.fromtimestamp(start, UTC)

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self.start.strftime(SIGV4_TIMESTAMP)
        self._modify_request_before_signing(request)
        canonical = self.canonical_request(request)
        self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))


class S3Store:
    """The contract on a bucket. ``public/`` must be readable by everyone (bucket policy or CDN), nothing else may be."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if bucket.endpoint_url else "virtual"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=3,
            read_timeout=20,
        )

    @cached_property
    def files(self) -> S3Storage:
        return S3Storage(
            bucket_name=self.bucket.name,
            endpoint_url=self.bucket.endpoint_url or None,
            region_name=self.bucket.region,
            access_key=self.bucket.access_key_id or None,
            secret_key=self.bucket.secret_access_key or None,
            client_config=self.config,
            file_overwrite=True,
            max_memory_size=_SPOOL_BYTES,
        )

    @property
    def client(self) -> Any:
        return self.files.connection.meta.client

    @cached_property
    def browser_base(self) -> str:
        """The bucket as browsers reach it, no slash at the end."""
        if self.bucket.endpoint_url:
            return f"{(self.bucket.public_endpoint_url or self.bucket.endpoint_url).rstrip('/')}/{self.bucket.name}"
        return f"https://{self.bucket.name}.s3.{self.bucket.region}.amazonaws.com"

    def presign_upload(self, key: str, *, content_type: str, size: int, seconds: int = UPLOAD_SECONDS) -> PresignedUpload:
        headers = {"Content-Type": content_type, "If-None-Match": "*"}
        start = int(time.time())
        # Content-Length is among the signed headers, so the store itself refuses any other size.
        url = self._presign("PUT", key, start, seconds, headers={**headers, "Content-Length": str(size)})
        return PresignedUpload(url=url, headers=headers, expires_at=datetime.fromtimestamp(start + seconds, UTC))

    def signed_url(self, key: str, *, seconds: int = DOWNLOAD_SECONDS, download_name: str | None = None) -> str:
        start, end = grid(seconds)
        query = {"response-content-type": content_type_of(key), "response-cache-control": f"private, max-age={seconds}"}
        if (name := disposition_of(key, download_name)) is not None:
            query["response-content-disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return self._presign("GET", key, start, end - start, query=query)

    def public_url(self, key: str) -> str:
        return f"{self.browser_base}/{quote(checked_public_key(key))}"

    def open(self, key: str) -> IO[bytes]:
        file: IO[bytes] = self.files.open(checked_key(key), "rb").file
        return file

    def save(self, key: str, content: IO[bytes]) -> None:
        content.seek(0)
        self.client.put_object(**self._target(key), Body=content, **_headers(key))

    @contextmanager
    def writer(self, key: str) -> Iterator[IO[bytes]]:
        parts = PartWriter(self.client, self._target(key), **_headers(key))
        try:
            yield parts  # type: ignore[misc]  # a raw file, of which callers write to
            parts.complete()
        except BaseException:
            parts.abort()
            raise

    def delete(self, key: str) -> None:
        self.client.delete_object(**self._target(key))

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def size(self, key: str) -> int:
        try:
            found = self.client.head_object(**self._target(key))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(key) from None
            raise
        return int(found["ContentLength"])

    def discard_abandoned(self) -> int:
        before = datetime.now(UTC) - timedelta(seconds=ABANDONED_SECONDS)
        listed = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket.name)
        abandoned = [upload for page in listed for upload in page.get("Uploads", []) if upload["Initiated"] < before]
        for upload in abandoned:
            self.client.abort_multipart_upload(**self._target(upload["Key"]), UploadId=upload["UploadId"])
        return len(abandoned)

    def check(self) -> None:
        self.client.head_bucket(Bucket=self.bucket.name)

    def _target(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket.name, "Key": checked_key(key)}

    def _presign(
        self, method: str, key: str, start: int, seconds: int, *, query: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> str:
        url = f"{self.browser_base}/{quote(checked_key(key))}"
        if query:
            url += "?" + urlencode(query, quote_via=quote)
        request = AWSRequest(method=method, url=url, headers=headers or {})
        credentials = self.files.connection.meta.client._request_signer._credentials.get_frozen_credentials()
        QueryAuthFrom(start, credentials, self.bucket.region, seconds).add_auth(request)
        signed: str = request.prepare().url
        return signed


def _headers(key: str) -> dict[str, str]:
    return {"ContentType": content_type_of(key), "CacheControl": PUBLIC_CACHE if key.startswith(PUBLIC_PREFIX) else "private"}
