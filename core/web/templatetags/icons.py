"""Icons for every template: Heroicons, as SVG in the page."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from heroicons.templatetags import heroicons

register = template.Library()
KINDS = {
    "outline": heroicons.heroicon_outline,
    "solid": heroicons.heroicon_solid,
    "mini": heroicons.heroicon_mini,
    "micro": heroicons.heroicon_micro,
}


@register.simple_tag
def icon(name: str, kind: str = "outline") -> SafeString:
    """``{% icon "heart" %}``, ``{% icon entry.icon "solid" %}``. Kinds: outline and solid (24 px), mini (20), micro (16).

    Raises heroicons.IconDoesNotExist for a name there is not, KeyError for a kind there is not.
    """
    return _drawn(name, kind)


@lru_cache(maxsize=512)  # drawing one takes longer than all else in many a component, and a page has a hundred
def _drawn(name: str, kind: str) -> SafeString:
    return SafeString(KINDS[kind](name))
