"""Components: what they render, and that people's text stays text."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler

from core.web.templatetags.web import hue, initials, seen_time, short_time
from core.web.text import linkify

HOSTILE = "\"><script>alert(1)</script><b x='"
HOSTILE_PERSON = SimpleNamespace(id="1", username='a"b', name=HOSTILE, avatar_url='"><script>', is_verified=False)


def render(source: str, **context: object) -> str:
    """``source`` compiled the way template files are, cotton's compiler included."""
    return engines["django"].from_string(CottonCompiler().process(source)).render(context, RequestFactory().get("/"))


def test_button_is_a_link_when_it_has_an_address() -> None:
    assert "<a href=" in render('<c-button href="/x/">Go</c-button>')
    assert 'type="submit"' in render("<c-button>Go</c-button>")


def test_loading_button_says_it_is_busy() -> None:
    assert 'aria-busy="true"' in render('<c-button :loading="True">Go</c-button>')


@pytest.mark.parametrize(
    "source",
    [
        '<c-page-header title="{{ text }}" lead="{{ text }}" />',
        '<c-empty title="{{ text }}">{{ text }}</c-empty>',
        '<c-field name="x" label="{{ text }}" value="{{ text }}" help="{{ text }}" error="{{ text }}" placeholder="{{ text }}" />',
        '<c-field name="x" type="textarea" value="{{ text }}" />',
        '<c-avatar :person="person" /><c-person-name :person="person" :link="True" />',
        '<c-confirm id="x" title="{{ text }}" action="{{ text }}">{{ text }}</c-confirm>',
        '<c-button href="{{ text }}" aria-label="{{ text }}">{{ text }}</c-button>',
        '<c-menu-item href="{{ text }}">{{ text }}</c-menu-item>',
    ],
)
def test_peoples_text_is_never_markup(source: str) -> None:
    html = render(source, text=HOSTILE, person=HOSTILE_PERSON)
    assert "<script>" not in html
    assert "<b x" not in html
    assert "&amp;lt;" not in html, "escaped twice"


class ExampleForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Only you see it.")
    remember = forms.BooleanField(required=False)


def test_bound_field_shows_its_error_and_names_it_for_screen_readers() -> None:
    html = render('<c-field :field="form.email" autocomplete="email" />', form=ExampleForm({"email": "nonsense"}))
    assert 'for="id_email"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email-error id_email-help"' in html
    assert 'id="id_email-error"' in html
    assert 'autocomplete="email"' in html


def test_checkbox_sits_inside_its_label() -> None:
    html = render('<c-field :field="form.remember" />', form=ExampleForm())
    assert html.index("field-check") < html.index('type="checkbox"') < html.index("</label>")


def test_count_is_hidden_at_zero_and_short_past_ninety_nine() -> None:
    assert " hidden" in render('<c-count :value="0" name="chats" />')
    assert "99+" in render('<c-count :value="120" />')


def test_avatar_shows_initials_on_a_steady_hue() -> None:
    assert initials("Ana Maria Ferreira") == "AF"
    assert initials("ben.okafor") == "BO"
    assert initials("-") == "?"
    assert hue("ana") == hue("ana")


@pytest.mark.parametrize(
    ("ago", "words"), [(timedelta(seconds=5), "now"), (timedelta(minutes=5), "5m"), (timedelta(hours=3), "3h"), (timedelta(days=800), "20")]
)
def test_times_are_short(ago: timedelta, words: str) -> None:
    assert words in short_time(timezone.now() - ago)


def test_last_seen_reads_as_a_sentence() -> None:
    assert seen_time(timezone.now() - timedelta(minutes=4)) == "4m ago"
    assert seen_time(timezone.now()) == "just now"
    assert seen_time(None) == "a while ago"


def test_time_carries_its_instant_for_the_script() -> None:
    assert 'datetime="2026-03-04T12:00:00.000Z"' in render('<c-time :at="at" />', at=datetime(2026, 3, 4, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            "see https://example.org/a?b=1&c=2.",
            'see <a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer ugc" target="_blank">',
        ),
    ],
)
def test_linkify_escapes_everything_and_links_only_web_addresses(text: str, html: str) -> None:
    assert linkify(text).startswith(html)
    assert "<a" not in linkify("ftp://example.org mailto:ana@example.org ana@example.org")
