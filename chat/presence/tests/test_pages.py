"""Choosing how to be seen in a browser."""

import pytest
from django.test import Client

from accounts.users.models import SeenAs, User
from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PATH = "/settings/presence/"


@pytest.fixture
def ana() -> User:
    return UserFactory.create()


@pytest.fixture
def browser(client: Client, ana: User) -> Client:
    client.force_login(ana)
    return client


def chosen(person: User) -> str:
    person.refresh_from_db()
    return person.seen_as


def test_what_is_chosen_holds_and_is_shown(browser: Client, ana: User) -> None:
    assert 'value="online" selected' in browser.get(PATH).content.decode()
    assert "You look" not in browser.get("/chats/").content.decode()
    assert browser.post(PATH, {"seen_as": "invisible"}).headers["Location"] == PATH
    assert chosen(ana) == SeenAs.INVISIBLE
    assert 'value="invisible" selected' in browser.get(PATH).content.decode()
    assert "You look invisible to others." in browser.get("/chats/").content.decode()


def test_what_is_no_choice_changes_nothing(browser: Client, ana: User) -> None:
    assert browser.post(PATH, {"seen_as": "ghost"}).status_code == 422
    assert chosen(ana) == SeenAs.ONLINE


def test_it_is_taken_as_often_as_over_a_socket(browser: Client, ana: User) -> None:
    browser.post(PATH, {"seen_as": "busy"})
    refused = browser.post(PATH, {"seen_as": "away"})
    assert refused.status_code == 429
    assert chosen(ana) == SeenAs.BUSY
