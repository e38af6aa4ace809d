"""The tag ``memo``."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.sessions.models import Session
from django.template import autoreload, engines
from django.utils import timezone
from django.utils.safestring import SafeString
from pytest_django import Settings

from core.web.templatetags import memo


class Named(NamedTuple):
    name: str


@pytest.fixture
def write(tmp_path: Path, settings: Settings) -> Iterator[Callable[[str], None]]:
    """The template ``drawing.html``."""
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]}]
    memo._drawn.cache_clear()

    def write(text: str) -> None:
        (tmp_path / "drawing.html").write_text(text)

    yield write
    memo._drawn.cache_clear()


def draw(context: dict[str, Any] | None = None, given: str = "one=one") -> str:
    return engines["django"].from_string('{% load memo %}{% memo "drawing.html" ' + given + " %}").render(context or {})


def test_the_same_values_are_drawn_once_and_others_anew(write: Callable[[str], None]) -> None:
    write("<b>{{ one.name }}</b>")
    assert [draw({"one": Named(name)}) for name in ("ana", "ana", "<ben>", "ana")] == ["<b>ana</b>"] * 2 + ["<b>&lt;ben&gt;</b>", "<b>ana</b>"]
    assert memo._drawn.cache_info()[:2] == (2, 2)


def test_a_drawing_sees_nothing_else(write: Callable[[str], None]) -> None:
    write("{{ one }}{{ user }}{{ request }}")
    assert draw({"one": 1, "user": "ana", "request": "GET"}) == "1"


def test_what_can_change_unseen_is_refused(write: Callable[[str], None]) -> None:
    write("{{ one }}")
    for value in (Session(pk="ana"), ["ana"], {"name": "ana"}, SafeString("<b>"), (1, (Session(),))):
        with pytest.raises(TypeError):
            draw({"one": value})


def test_times_are_those_of_the_zone(write: Callable[[str], None]) -> None:
    write('{{ one|date:"H:i" }}')
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert draw({"one": noon}) == "12:00"
    with timezone.override("Asia/Tokyo"):
        assert draw({"one": noon}) == "21:00"


def test_a_template_that_was_changed_is_drawn_anew(write: Callable[[str], None]) -> None:
    write("before {{ one }}")
    assert draw({"one": 1}) == "before 1"
    write("after {{ one }}")
    autoreload.reset_loaders()  # as when a file is saved while the server runs
    assert draw({"one": 1}) == "after 1"
