"""Keyset paging: a cursor names the last row seen, so a page costs the same at any depth and nothing repeats while rows arrive."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db import models

from core.errors import Invalid

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=models.Model)
DEFAULT_LIMIT = 20
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and how to get the ones after them. ``next`` is None on the last page."""

    items: list[Row]
    next: str | None

    @property
    def has_more(self) -> bool:
        return self.next is not None


def encode_cursor(key: UUID) -> str:
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """Raises Invalid("cursor") for anything ``encode_cursor`` did not make."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor") from None


def keyset_page(rows: models.QuerySet[ModelRow], *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, key: str = "id") -> Page[ModelRow]:
    """The page of ``rows`` after ``cursor``, newest first.

    Args:
        rows: the rows the viewer may see; its order is replaced.
        cursor: from the ``next`` of the page before; None or "" for the first page.
        limit: rows a page, 1 to MAX_LIMIT.
        key: unique, time-ordered UUID column the order goes by; may cross a relation ("post_id").
    """
    limit = max(1, min(limit, MAX_LIMIT))
    if cursor:
        rows = rows.filter(**{f"{key}__lt": decode_cursor(cursor)})
    found = list(rows.order_by(f"-{key}")[: limit + 1])
    items = found[:limit]
    last = getattr(items[-1], key.replace("__", "_") if key != "id" else "pk") if len(found) > limit else None
    return Page(items, encode_cursor(last) if last else None)
