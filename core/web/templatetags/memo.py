"""Templates that depend on nothing but the values they are given, drawn once for the same values."""

from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template.base import Template
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString

register = template.Library()

KEPT = 2_000  # pieces of HTML, a few KiB each
CONSTANT = frozenset({str, int, bool, float, type(None), date, datetime, UUID})


@register.simple_tag
def memo(name: str, **values: Any) -> SafeString:
    """``{% memo "social/posts/_face.html" author=card.author %}``: what the template ``name`` draws of ``values``, which is all it sees.

    So nothing it draws can be out of date: what changes is another value, and the time of day counts only as text. Values are text, numbers, times,
    choices and tuples of these, each always of one type, since 1 equals True. Raises TypeError for anything else: rows equal themselves whatever
    they say.
    """
    return _drawn(get_template(name).template, timezone.get_current_timezone_name(), tuple(values.items()))  # type: ignore[attr-defined]


@lru_cache(maxsize=KEPT)
def _drawn(drawing: Template, zone: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    """By the template itself, for it is another one when its file has changed."""
    _require_constant(values)
    return drawing.render(Context(dict(values)))


def _require_constant(value: Any) -> None:
    if isinstance(value, tuple):
        for part in value:
            _require_constant(part)
    elif type(value) not in CONSTANT and not isinstance(value, Enum):
        raise TypeError(f"A memo is of text, numbers, times, choices and tuples of these, and not of {type(value).__name__}.")
