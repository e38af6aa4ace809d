"""The archive itself: a ZIP written from front to back, a row and a piece of a file at a time, so that none of it has to fit into memory.

Each document is there twice: as JSON for programs, and as a page under ``read/`` that any browser shows without a network; ``index.html`` leads
to them. What people wrote is escaped: the archive may hold words of others.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.users.models import User
from core import personal_data
from core.personal_data import Document, MediaFile, Row
from core.storage import store

CHUNK_BYTES = 1 << 18
MEDIA = "media/"
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
article { border-block-start: 1px solid #8884; padding-block: 0.75rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { opacity: 0.7; }
dd { margin: 0; white-space: pre-wrap; }
dd > ul { margin: 0; padding-inline-start: 1rem; }
img { max-width: 16rem; max-height: 16rem; }
"""


def write_archive(stream: IO[bytes], person: User, *, on_progress: Callable[[int], None]) -> None:
    """Write everything ``person`` has here to ``stream``, which need not be seekable. ``on_progress`` hears each percentage that is reached."""
    documents = [document for keeper in personal_data.keepers() for document in keeper.documents]
    steps = len(documents) + sum(1 for _ in media_of(person))
    counts: dict[str, int] = {}
    done = media = 0
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for document in documents:
            counts[document.name] = _write_document(archive, document, person)
            done += 1
            on_progress(done * 100 // steps)
        for file in media_of(person):
            media += _write_media(archive, file)
            done += 1
            on_progress(min(done, steps) * 100 // steps)  # a file may have come since they were counted
        listed = [{"name": document.name, "title": document.title, "count": counts[document.name]} for document in documents]
        context = {"person": person, "documents": listed, "media": media, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        _write_text(archive, "index.html", render_to_string("accounts/data/archive/index.html", {**context, "at": timezone.now()}))
        _write_text(archive, "style.css", STYLE)


def media_of(person: User) -> Iterator[MediaFile]:
    """Every file of a person's, of all slices."""
    for keeper in personal_data.keepers():
        if keeper.media is not None:
            yield from keeper.media(person)


def _write_document(archive: ZipFile, document: Document, person: User) -> int:
    """One document in both its forms, with the rows read once. Returns how many there were."""
    count = 0
    head, foot = _page_around(document)
    with tempfile.TemporaryFile() as page:  # a ZIP takes one file at a time
        page.write(head)
        with archive.open(_entry(f"{document.name}.json"), "w", force_zip64=True) as file:
            file.write(b"[")
            for row in document.rows(person):
                file.write((b",\n" if count else b"\n") + msgspec.json.encode(row))
                page.write(_article(row).encode())
                count += 1
            file.write(b"\n]\n")
        page.write(foot)
        page.seek(0)
        with archive.open(_entry(f"read/{document.name}.html"), "w", force_zip64=True) as file:
            shutil.copyfileobj(page, file, CHUNK_BYTES)
    return count


def _write_media(archive: ZipFile, file: MediaFile) -> bool:
    """One file as it is; what the store has lost is left out."""
    try:
        source = store.open(file.key)
    except FileNotFoundError:
        return False
    with source, archive.open(_entry(file.path, ZIP_STORED), "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, CHUNK_BYTES)
    return True


def _write_text(archive: ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text.encode())


def _entry(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(name, date_time=timezone.now().timetuple()[:6])
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def _page_around(document: Document) -> tuple[bytes, bytes]:
    """What stands before and after the rows of a page."""
    context = {"title": document.title, "name": document.name, "site_name": settings.SITE_NAME}
    head, _, foot = render_to_string("accounts/data/archive/document.html", context).partition("<!-- rows -->")
    return head.encode(), foot.encode()


def _article(row: Row) -> SafeString:
    return format_html("<article>{}</article>\n", _shown(row))


def _shown(value: Any) -> SafeString | str:
    """A value for reading: every text escaped, files of the archive linked, pictures among them shown."""
    if isinstance(value, dict):
        pairs: Iterable[tuple[Any, Any]] = ((name.replace("_", " "), _shown(inner)) for name, inner in value.items() if inner not in (None, "", []))
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs))
    if isinstance(value, list):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_shown(inner),) for inner in value)))
    if isinstance(value, str) and value.startswith(MEDIA):
        picture = format_html('<img src="../{}" alt="" loading="lazy">', value) if value.endswith(".webp") else value
        return format_html('<a href="../{}">{}</a>', value, picture)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else str(value)
