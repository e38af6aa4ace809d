"""The one way from people's Markdown to HTML: a small subset, rendered without trust and then sanitised once more.

Allowed are paragraphs and line breaks, emphasis, strikethrough, code, quotes, lists and links; bare addresses become links. HTML, pictures and
headings are not: they show as they were typed.
"""

import html
import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

ALLOWED_TAGS = {"p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
ALLOWED_SCHEMES = {"http", "https", "mailto"}
BREAKS = re.compile(r"<br>|</(?:p|li|pre|blockquote)>")
MAX_NESTING = 20  # of quotes and lists; deeper input stays text


@cache
def _markdown() -> MarkdownIt:
    rules = ["emphasis", "strikethrough", "backticks", "escape", "link", "autolink", "linkify", "newline", "fence", "blockquote", "list"]
    renderer = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True, "maxNesting": MAX_NESTING})
    return renderer.enable([*rules, "balance_pairs", "fragments_join"])


def render(text: str) -> str:
    """``text`` as HTML that is safe to put on any page, by ``|safe``. Links open without telling where from and count for no search engine."""
    return nh3.clean(
        _markdown().render(text),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes=ALLOWED_SCHEMES,
        link_rel="nofollow ugc noopener noreferrer",
    )


def plain(rendered: str) -> str:
    """What ``render`` made, as words alone on one line: for quotes in lists, titles and notifications, where no markup is read."""
    return " ".join(html.unescape(nh3.clean(BREAKS.sub(" ", rendered), tags=set())).split())
