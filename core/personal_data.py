"""What slices keep of people: what somebody gets who asks for their data, and what becomes of it when they are gone.

A slice says it in ``personal.py`` and joins from its ``apps.py``::

    KEEPER = Keeper(
        name="social.posts",
        documents=(Document("posts", "Posts", own_posts),),
        erase=erase_posts,
        traces=(Trace(field="social_posts.Post.author", document="posts"), …),
    )

Each foreign key to a person, in whatever table, has one trace; a test walks the models and finds the ones without. So a new table cannot
escape: either its rows are exported and erased, or the trace says why not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of an archive: ``name``.json, rows of plain values. ``rows`` takes the person and gives one after another, never all at once.

    A value that begins with ``media/`` is the path of a file in the archive.
    """

    name: str
    title: str
    rows: Callable[[Any], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class MediaFile:
    """An object of the store that belongs to a person, and its path in the archive, under ``media/``."""

    path: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A foreign key to a person ("social_posts.Post.author") and what becomes of its rows.

    They are shown by ``document``, or by none for the reason ``unexported``; they are gone after the erasure, or stay for the reason ``kept``.
    """

    field: str
    document: str = ""
    unexported: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What one slice keeps of people.

    ``erase`` removes it, in transactions of a bounded size. It may be killed anywhere and is then called again, so what is done already
    costs nothing. It runs before the keepers of lower slices: what stands on a row goes before the row.
    """

    name: str
    traces: tuple[Trace, ...]
    documents: tuple[Document, ...] = ()
    media: Callable[[Any], Iterable[MediaFile]] | None = None
    erase: Callable[[Any], None] | None = None


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """Add the keeper of a slice, or replace it."""
    _keepers[keeper.name] = keeper


def keepers() -> list[Keeper]:
    """Every slice's, the lowest first: the order of an archive."""
    return sorted(_keepers.values(), key=lambda keeper: settings.SLICES.index(keeper.name))


def erasers() -> list[Keeper]:
    """Those that erase something, the highest first."""
    return [keeper for keeper in reversed(keepers()) if keeper.erase is not None]
