"""What the rail and the bottom bar offer. Slices register their entries from ``apps.py``; the shell never lists them.

    from core.web import navigation

    navigation.register(navigation.Entry(key="chats", label="Chats", icon="chat-bubble-left-right", path="/chats/", order=30, count=unread_total))

``count`` is asked once a page, for signed-in people only, and costs one cheap query. ``key`` names the badge for the socket client
(``data-badge="chats"``), which keeps it current between pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place one can go from anywhere. ``phone`` entries are on the bottom bar too, where five fit."""

    key: str
    label: str
    icon: str
    path: str
    order: int
    phone: bool = True
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page. ``count`` is None where nothing is counted."""

    entry: Entry
    path: str
    current: bool
    count: int | None


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add ``entry``, or replace the one with its key. In ``path``, ``{username}`` stands for the signed-in person's."""
    _entries[entry.key] = entry


def links(user: Any, current_path: str) -> list[Link]:
    """The navigation of ``user`` on the page at ``current_path``, in order."""
    found = []
    for entry in sorted(_entries.values(), key=lambda entry: entry.order):
        path = entry.path.replace("{username}", user.username)
        found.append(Link(entry, path, current_path.startswith(path), entry.count(user) if entry.count else None))
    return found
