"""The settings: their registry, and the page that lists them."""

import pytest
from django.test import Client

from core.web import settings_menu
from core.web.settings_menu import Section


@pytest.fixture
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_menu, "_sections", {})
    settings_menu.register(Section(key="b", label="Second", text="Two", icon="user", path="/settings/second/", order=20))
    settings_menu.register(Section(key="a", label="First", text="One", icon="user", path="/settings/first/", order=10))


@pytest.mark.usefixtures("_own_registry")
def test_sections_come_in_order_and_the_one_of_the_page_is_current() -> None:
    menu = settings_menu.menu("/settings/second/more/")
    assert [section.key for section in menu.sections] == ["a", "b"]
    assert menu.current is not None
    assert menu.current.key == "b"


@pytest.mark.usefixtures("_own_registry")
def test_no_section_is_current_on_the_first_page() -> None:
    assert settings_menu.menu("/settings/").current is None


def test_every_section_opens_inside_the_settings(client: Client, person: object) -> None:
    client.force_login(person)  # type: ignore[arg-type]
    front = client.get("/settings/").content.decode()
    sections = settings_menu.menu("/settings/").sections
    assert {"profile", "blocked", "sessions", "password", "two_factor"} <= {section.key for section in sections}
    for section in sections:
        assert f'href="{section.path}"' in front
        page = client.get(section.path)
        assert page.status_code == 200, section.path
        assert 'class="settings-list' in page.content.decode(), section.path


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/settings/")["Location"].startswith("/sign-in/")
