"""Keyset paging: a cursor names the last row seen, so a page costs the same at any depth and nothing repeats while rows arrive."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models

from core.errors import Invalid

Row = TypeVar("Row")
Other = TypeVar("Other")
ModelT = TypeVar("ModelT", bound=models.Model)
DEFAULT_LIMIT = 20
MAX_LIMIT = 100
SIZES = (DEFAULT_LIMIT, 50, MAX_LIMIT)
AFTER_ALL = UUID(int=2**128 - 1)  # what no key comes after


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and how to get the ones after them. ``next`` is None on the last page."""

    items: list[Row]
    next: str | None

    @property
    def has_more(self) -> bool:
        return self.next is not None

    def map(self, change: Callable[[Row], Other]) -> "Page[Other]":
        """The same page of something else: of the people behind a page of follows."""
        return Page([change(item) for item in self.items], self.next)


def encode_cursor(key: UUID) -> str:
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """Raises Invalid("invalid_cursor") for anything ``encode_cursor`` did not make."""
    try:
        key = UUID(bytes=base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor") from None
    return key


def keyset_page(
    rows: "models.QuerySet[ModelT, ModelT]", *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, key: str = "id", oldest_first: bool = False
) -> "Page[ModelT]":
    """The page of ``rows`` after ``cursor``, newest first unless asked otherwise.

    Args:
        rows: the rows the viewer may see; its order is replaced.
        cursor: from the ``next`` of the page before; None or "" for the first page.
        limit: rows a page, 1 to MAX_LIMIT.
        key: unique, time-ordered UUID column the order goes by; may cross relations ("post_id", "upload__owner_id").
        oldest_first: go from the oldest row up instead of from the newest down.

    Raises:
        Invalid("invalid_cursor"): the cursor is not one of ours.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    if cursor:
        rows = rows.filter(**{f"{key}__{'gt' if oldest_first else 'lt'}": decode_cursor(cursor)})
    found = list(rows.order_by(key if oldest_first else f"-{key}")[: limit + 1])
    items = found[:limit]
    return Page(items, encode_cursor(_value(items[-1], key)) if len(found) > limit else None)


def prepared_page(
    ask: Callable[..., list[tuple[Any, ...]]], *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, **values: Any
) -> "Page[tuple[Any, ...]]":
    """``keyset_page`` of a ``core.queries.Prepared`` whose rows begin with their key and come newest first.

    It takes ``before``, the key to go on after, and ``limit``, which becomes part of the statement: so it is one of SIZES, and the page is cut here.
    Raises Invalid("invalid_cursor").
    """
    limit = max(1, min(limit, MAX_LIMIT))
    size = next(size for size in SIZES if size >= limit)
    rows = ask(before=decode_cursor(cursor) if cursor else AFTER_ALL, limit=size + 1, **values)
    return Page(rows[:limit], encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None)


def _value(row: Any, path: str) -> UUID:
    for name in path.split("__"):
        row = getattr(row, name)
    return UUID(str(row)) if not isinstance(row, UUID) else row
