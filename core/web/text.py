"""Plain text that people wrote, as HTML. Everything is escaped; only web addresses become links. No markup passes."""

import functools

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from linkify_it import LinkifyIt

SCHEMES = ("http://", "https://")


@functools.cache
def _finder() -> LinkifyIt:
    return LinkifyIt(options={"fuzzy_email": False, "fuzzy_ip": False})


def linkify(value: str) -> SafeString:
    """``value`` escaped, its http(s) addresses as links that pass on neither rank, opener nor referrer."""
    parts: list[str] = []
    end = 0
    for match in _finder().match(value) or []:
        if not match.url.lower().startswith(SCHEMES):
            continue
        parts.append(escape(value[end : match.index]))
        parts.append(format_html('<a href="{}" rel="nofollow noopener noreferrer ugc" target="_blank">{}</a>', match.url, match.text))
        end = match.last_index
    parts.append(escape(value[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above
