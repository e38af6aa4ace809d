"""Objects as files under ``MEDIA_ROOT``, reached through ``core.storage.pages`` with URLs signed by ``SECRET_KEY``."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from django.utils.crypto import constant_time_compare, salted_hmac

from core.storage.contract import (
    ABANDONED_SECONDS,
    DOWNLOAD_SECONDS,
    UPLOAD_SECONDS,
    PresignedUpload,
    checked_key,
    checked_public_key,
    grid,
)

URL_PREFIX = "/media/"
INCOMING = ".incoming"  # no key can begin with a dot, so half-written files have no name a request could use
_SALT = "core.storage.disk"


class DiskStore:
    """The contract on a directory. URLs are paths on this site."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        return self.root / checked_key(key)

    def presign_upload(self, key: str, *, content_type: str, size: int, seconds: int = UPLOAD_SECONDS) -> PresignedUpload:
        expires = int(time.time()) + seconds
        query = {"expires": str(expires), "type": content_type, "size": str(size)}
        url = self._url(checked_key(key), "PUT", query)
        headers = {"Content-Type": content_type, "If-None-Match": "*"}
        return PresignedUpload(url=url, headers=headers, expires_at=datetime.fromtimestamp(expires, UTC))

    def signed_url(self, key: str, *, seconds: int = DOWNLOAD_SECONDS, download_name: str | None = None) -> str:
        query = {"expires": str(grid(seconds)[1])}
        if download_name:
            query["name"] = download_name
        return self._url(checked_key(key), "GET", query)

    def public_url(self, key: str) -> str:
        return URL_PREFIX + quote(checked_public_key(key))

    def open(self, key: str) -> IO[bytes]:
        return self.path(key).open("rb")

    def save(self, key: str, content: IO[bytes]) -> None:
        content.seek(0)
        with self.writer(key) as part:
            shutil.copyfileobj(content, part)

    @contextmanager
    def writer(self, key: str) -> Iterator[IO[bytes]]:
        target = self._target(key)
        with self.incoming() as part:
            yield part
            self._settle(part)
            os.replace(part.name, target)

    def save_new(self, key: str, part: IO[bytes]) -> None:
        """Give a file from ``incoming`` its key. Raises FileExistsError when the object is there already, however close the race."""
        self._settle(part)
        os.link(part.name, self._target(key))

    @contextmanager
    def incoming(self) -> Iterator[IO[bytes]]:
        """A file to write an object into before it gets its key; gone afterwards if it got none."""
        directory = self.root / INCOMING
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, delete=False) as part:
            try:
                yield part
            finally:
                Path(part.name).unlink(missing_ok=True)

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def size(self, key: str) -> int:
        return self.path(key).stat().st_size

    def check(self) -> None:
        with self.incoming() as part:
            part.write(b"ready")

    def discard_abandoned(self) -> int:
        before = time.time() - ABANDONED_SECONDS
        abandoned = [part for part in (self.root / INCOMING).glob("*") if part.stat().st_mtime < before]
        for part in abandoned:
            part.unlink(missing_ok=True)
        return len(abandoned)

    def _target(self, key: str) -> Path:
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    @staticmethod
    def _settle(part: IO[bytes]) -> None:
        """On the disk before it has a name: a power cut leaves the whole object or none."""
        part.flush()
        os.fsync(part.fileno())
        os.chmod(part.name, 0o644)

    @staticmethod
    def _url(key: str, method: str, query: dict[str, str]) -> str:
        return f"{URL_PREFIX}{quote(key)}?{urlencode({**query, 'signature': sign(method, key, query)})}"


def sign(method: str, key: str, query: dict[str, str]) -> str:
    """The signature over everything a URL allows."""
    return salted_hmac(_SALT, "\n".join([method, key, urlencode(sorted(query.items()))]), algorithm="sha256").hexdigest()


def allows(method: str, key: str, query: dict[str, str]) -> bool:
    """Whether ``query`` carries our signature for this use of ``key`` and has not expired."""
    claims = {name: value for name, value in query.items() if name != "signature"}
    if not constant_time_compare(sign(method, key, claims), query.get("signature", "")):
        return False
    return time.time() < int(claims["expires"])
