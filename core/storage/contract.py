"""What a store promises, and what the disk and the bucket have in common: keys, content types, expiry.

An object is written once by a client (a presigned upload never overwrites) or by us (``save`` does), and its content type is what the
extension of its key says, so that nothing a client declares decides how a browser will treat the bytes.
"""

import re
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Protocol

PUBLIC_PREFIX = "public/"
UPLOAD_SECONDS = 900
DOWNLOAD_SECONDS = 3600
ABANDONED_SECONDS = 86_400  # after which a half-written object has no writer any more
PUBLIC_CACHE = "public, max-age=31536000, immutable"

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "m3u8": "application/vnd.apple.mpegurl",
    "ts": "video/mp2t",
    "json": "application/json",
    "zip": "application/zip",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
# Shown in the page; everything else (SVG and HTML above all, which can run script as us) is only ever downloaded.
INLINE_TYPES = frozenset(type_ for type_ in CONTENT_TYPES.values() if type_.startswith(("image/", "video/", "audio/"))) | {
    "application/vnd.apple.mpegurl"
}

_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\Z")  # no file system takes longer names
_MAX_KEY = 300


@dataclass(frozen=True, slots=True)
class PresignedUpload:
    """How to send the bytes of one object: ``method`` to ``url`` with ``headers``, exactly the size that was asked for, before ``expires_at``."""

    url: str
    expires_at: datetime
    method: str = "PUT"
    headers: dict[str, str] = field(default_factory=dict)


class Store(Protocol):
    """Where objects lie. ``key`` is a relative path (letters, digits, ``_ - .``); missing objects raise FileNotFoundError."""

    def presign_upload(self, key: str, *, content_type: str, size: int, seconds: int = UPLOAD_SECONDS) -> PresignedUpload:
        """Let a client write ``key`` once: exactly ``size`` bytes declared as ``content_type``, within ``seconds``."""

    def signed_url(self, key: str, *, seconds: int = DOWNLOAD_SECONDS, download_name: str | None = None) -> str:
        """A URL that reads ``key`` for ``seconds`` to one and a half times that; the same for everyone who asks in the same stretch of time.

        With ``download_name`` the browser saves the object under that name instead of showing it.
        """

    def public_url(self, key: str) -> str:
        """The lasting URL of an object under ``public/``. Raises ValueError for any other key."""

    def open(self, key: str) -> IO[bytes]:
        """The object as a binary, seekable file."""

    def save(self, key: str, content: IO[bytes]) -> None:
        """Write the object whole or not at all, in place of what was there."""

    def writer(self, key: str) -> AbstractContextManager[IO[bytes]]:
        """A file to write an object into whose size nobody knows yet: it need not fit into memory, and cannot be sought in.

        The object is there once the block ends, whole, in place of what was there; and not at all if the block raises or the process dies.
        """

    def delete(self, key: str) -> None:
        """Remove the object; none there is fine."""

    def exists(self, key: str) -> bool:
        """Whether the object has been written to its end."""

    def size(self, key: str) -> int:
        """Its bytes."""

    def discard_abandoned(self) -> int:
        """Remove what processes that died left half-written more than a day ago. Returns how many."""

    def check(self) -> None:
        """Raise OSError or the client's error when objects cannot be reached right now. Cheap: readiness asks it."""


def checked_key(key: str) -> str:
    """``key`` itself. Raises ValueError for anything that could leave the store or hide in it."""
    if len(key) > _MAX_KEY or not all(_SEGMENT.match(segment) for segment in key.split("/")):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def checked_public_key(key: str) -> str:
    if not checked_key(key).startswith(PUBLIC_PREFIX):
        raise ValueError(f"not a public key: {key!r}")
    return key


def content_type_of(key: str) -> str:
    """The type the object is served as, by the extension of its key."""
    return CONTENT_TYPES.get(PurePosixPath(key).suffix.removeprefix("."), "application/octet-stream")


def disposition_of(key: str, download_name: str | None) -> str | None:
    """The file name to save the object under, or None when it may be shown in the page."""
    if download_name:
        return download_name
    return None if content_type_of(key) in INLINE_TYPES else PurePosixPath(key).name


def grid(seconds: int) -> tuple[int, int]:
    """From and until when a signed URL asked for now is valid, in Unix seconds.

    Both lie on a grid of half of ``seconds``, so a page of URLs stays byte for byte the same, and cacheable, until the next point of the grid.
    """
    step = max(1, seconds // 2)
    start = int(time.time()) // step * step
    return start, start + step + seconds
