"""The navigation registry."""

from types import SimpleNamespace

import pytest

from core.web import navigation

ANA = SimpleNamespace(username="ana")


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})


def test_entries_come_in_order_with_their_counts() -> None:
    navigation.register(navigation.Entry(key="chats", label="Chats", icon="user", path="/chats/", order=20, count=lambda user: 3))
    navigation.register(navigation.Entry(key="home", label="Home", icon="home", path="/home/", order=10))
    assert [(link.entry.key, link.count) for link in navigation.links(ANA, "/chats/1/")] == [("home", None), ("chats", 3)]


def test_only_the_place_one_is_at_is_current() -> None:
    navigation.register(navigation.Entry(key="me", label="Profile", icon="user", path="/{username}/", order=10))
    navigation.register(navigation.Entry(key="home", label="Home", icon="home", path="/home/", order=20))
    assert [link.current for link in navigation.links(ANA, "/ana/")] == [True, False]
    assert navigation.links(ANA, "/ana/")[0].path == "/ana/"
