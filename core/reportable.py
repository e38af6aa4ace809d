"""What people can report and moderators can act on. Slices join from their ``apps.py``; moderation knows no slice by name::

reportable.register(Reportable(kind="post", label="post", visible=post_detail, find=…, url=…, author=…, text=…, hide=…, unhide=…))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reportable:
    """One kind of thing, and what moderation needs to know of it. ``hide`` and ``unhide`` are None where there is nothing to hide."""

    kind: str
    label: str  # as in "Report this post"
    visible: Callable[[Any, UUID], Any]  # (viewer, id) → the thing; raises NotFound when the viewer cannot see it
    find: Callable[[UUID], Any | None]  # the thing in whatever state, for moderators; None when its row is gone
    url: Callable[[Any], str]
    author: Callable[[Any], Any]  # the person who answers for it
    text: Callable[[Any], str]  # what it says, plain
    hide: Callable[[Any, str], bool] | None = None  # (thing, why), true when that is new: the author may be shown why
    unhide: Callable[[Any], bool] | None = None
    is_hidden: Callable[[Any], bool] = lambda _thing: False


_kinds: dict[str, Reportable] = {}


def register(reportable: Reportable) -> None:
    """Add a kind, or replace the one with its name."""
    _kinds[reportable.kind] = reportable


def kinds() -> list[str]:
    """Every kind there is, in the order of the alphabet."""
    return sorted(_kinds)


def of_kind(kind: str) -> Reportable | None:
    return _kinds.get(kind)
