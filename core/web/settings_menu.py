"""What the settings offer. Slices register their pages from ``apps.py``; the settings' frame (``templates/settings.html``) lists them.

    from core.web import settings_menu

    settings_menu.register(settings_menu.Section(key="privacy", label="Privacy", text="Who sees you", icon="eye", path="/settings/privacy/", order=9))

A page of a section extends ``settings.html`` and fills its block ``settings``. Its title is the label of the section its path lies under.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One page of the settings. ``text`` says in a few words what one finds there."""

    key: str
    label: str
    text: str
    icon: str
    path: str
    order: int


@dataclass(frozen=True, slots=True)
class Menu:
    """All sections, and the one the page at hand belongs to; None on the settings' first page."""

    sections: list[Section]
    current: Section | None


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add ``section``, or replace the one with its key."""
    _sections[section.key] = section


def menu(current_path: str) -> Menu:
    """The settings as the page at ``current_path`` shows them, in order."""
    sections = sorted(_sections.values(), key=lambda section: section.order)
    return Menu(sections, next((section for section in sections if current_path.startswith(section.path)), None))
