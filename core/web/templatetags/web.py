"""Tags and filters of the components. Pages use components; only components use most of these."""

import zlib
from datetime import UTC, datetime
from typing import Any, TypedDict

from django import template
from django.forms import BoundField, CheckboxInput, HiddenInput, PasswordInput, Select, Textarea
from django.template.context import Context
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from core.storage import store
from core.web import text

register = template.Library()

AVATAR_HUES = 12
SMALL_PICTURE = 32  # pixels: up to here the variant of 64 is sharp on every screen
AVATAR_PIXELS = {"xs": 24, "sm": 32, "md": 40, "lg": 48, "xl": 72, "2xl": 112}


class Picture(TypedDict):
    id: str
    url: str
    initials: str
    hue: int
    pixels: int


def initials(name: str) -> str:
    """One or two letters that stand for ``name``."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = words[0][0] + words[-1][0] if len(words) > 1 else (words[0][:1] if words else "?")
    return letters.upper()


def hue(key: str) -> int:
    """The colour class of somebody without a picture: the same everywhere, also in ``static/js/core/people.js``."""
    return zlib.crc32(key.encode()) % AVATAR_HUES


@register.simple_tag
def avatar_of(person: Any, size: str = "md") -> Picture:
    """What the avatar component draws. ``person`` is a ``User``, or a dict in the shape of ``PersonSerializer``."""

    def get(key: str) -> Any:
        return person.get(key) if isinstance(person, dict) else getattr(person, key, None)

    username = str(get("username") or "")
    key = get("avatar_key")
    url = store.public_url(f"{key}/{'64' if AVATAR_PIXELS.get(size, 0) <= SMALL_PICTURE else '256'}.webp") if key else get("avatar_url")
    return {
        "id": str(get("id") or ""),
        "url": url or "",
        "initials": initials(str(get("name") or username)),
        "hue": hue(username),
        "pixels": AVATAR_PIXELS.get(size, AVATAR_PIXELS["md"]),
    }


class FieldContext(TypedDict):
    id: str
    name: str
    label: str
    type: str
    value: Any
    help: str
    errors: list[str]
    described_by: str
    widget: SafeString | None


@register.simple_tag(takes_context=True)
def field_context(context: Context) -> FieldContext:
    """One shape for the field component, whether it was given a form's bound ``field`` or plain attributes."""
    field: BoundField | None = context.get("field")
    if field is None:
        name = str(context.get("name", ""))
        found: FieldContext = {
            "id": str(context.get("id") or f"field-{name}"),
            "name": name,
            "label": str(context.get("label", "")),
            "type": str(context.get("type", "text")),
            "value": context.get("value", ""),
            "help": str(context.get("help", "")),
            "errors": [str(error) for error in (context.get("errors") or filter(None, [context.get("error")]))],
            "described_by": "",
            "widget": None,
        }
    else:
        found = {
            "id": field.id_for_label or field.auto_id or f"field-{field.html_name}",
            "name": field.html_name,
            "label": str(context.get("label") or field.label),
            "type": _widget_type(field),
            "value": field.value(),
            "help": str(context.get("help") or field.help_text or ""),
            "errors": [str(error) for error in field.errors],
            "described_by": "",
            "widget": None,
        }
    described = [f"{found['id']}-error"] * bool(found["errors"]) + [f"{found['id']}-help"] * bool(found["help"])
    found["described_by"] = " ".join(described)
    if field is not None:
        attributes = dict(context["attrs"].attrs_dict()) if "attrs" in context else {}
        if described:
            attributes["aria-describedby"] = found["described_by"]
        found["widget"] = field.as_widget(attrs=attributes)
    return found


def _widget_type(field: BoundField) -> str:
    widget = field.field.widget
    for kind, name in ((CheckboxInput, "checkbox"), (PasswordInput, "password"), (HiddenInput, "hidden"), (Textarea, "textarea"), (Select, "select")):
        if isinstance(widget, kind):
            return name
    return str(getattr(widget, "input_type", "text"))


@register.filter
def iso_time(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else ""


@register.filter
def short_time(value: datetime | None) -> str:
    """How long ago, as short as can be: now, 5m, 3h, Tue, 4 Mar, 4 Mar 2024. The script keeps it current."""
    if value is None:
        return ""
    seconds = (timezone.now() - value).total_seconds()
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)}m"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)}h"
    local = timezone.localtime(value)
    if seconds < 6 * 24 * 3600:
        return formats.date_format(local, "D")
    return formats.date_format(local, "j M" if local.year == timezone.localtime().year else "j M Y")


@register.filter
def seen_time(value: datetime | None) -> str:
    """When somebody was last here, as part of a sentence."""
    if value is None:
        return "a while ago"
    ago = short_time(value)
    if ago == "now":
        return "just now"
    return f"{ago} ago" if ago[-1] in "mh" and ago[:-1].isdigit() else ago


@register.filter
def day_name(value: datetime | None) -> str:
    """Today, Yesterday, or the date."""
    if value is None:
        return ""
    days_ago = (timezone.localdate() - timezone.localtime(value).date()).days
    if days_ago <= 1:
        return "Yesterday" if days_ago == 1 else "Today"
    return formats.date_format(timezone.localtime(value), "j F Y")


@register.filter
def linkify(value: str) -> SafeString:
    """People's plain text as HTML: escaped, with its web addresses made links. ``static/js/core/text.js`` does the same to live text."""
    return text.linkify(value)
