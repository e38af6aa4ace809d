"""A day has so many addresses and numbers one may ask about, by whatever door."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.graph.search import is_address_or_number
from social.graph.tests.test_contacts import digest, findable

pytestmark = pytest.mark.django_db
AsPerson = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def _few(settings: Settings) -> None:
    cache.clear()
    settings.LIMITS = {**settings.LIMITS, "lookups": "5/day", "lookups_network": "8/day"}


@pytest.fixture
def ben() -> User:
    return findable(UserFactory.create(email="ben@example.com"))


def match(client: APIClient, *texts: str) -> Any:
    return client.post("/api/v1/contacts/match", {"digests": [digest(text) for text in texts]}, format="json")


def search(client: APIClient, words: str) -> Any:
    return client.get("/api/v1/users/search", {"q": words})


def refusal(answer: Any) -> tuple[int, str, str]:
    assert "data" not in answer.json()
    error = answer.json()["error"]
    assert 0 < int(answer["Retry-After"]) <= 86_400
    return answer.status_code, error["code"], error["details"]["scope"]


def test_each_digest_counts_and_the_answer_says_what_is_left(ben: User, as_person: AsPerson) -> None:
    client = as_person(UserFactory.create())
    answer = match(client, "ben@example.com", "cem@example.com", "cem@example.com")
    assert [row["person"]["username"] for row in answer.json()["data"]] == [ben.username]
    assert '"lookups";q=5;w=86400' in answer["RateLimit-Policy"]
    assert '"lookups";r=3;' in answer["RateLimit"]
    assert '"lookups_network";r=6;' in answer["RateLimit"]


def test_past_the_share_of_a_day_nothing_is_looked_up_and_nothing_is_used_up(ben: User, as_person: AsPerson, count_queries: Any) -> None:
    client = as_person(UserFactory.create())
    match(client, "one@example.com", "two@example.com", "three@example.com")
    answers = []
    assert count_queries(lambda: answers.append(match(client, "ben@example.com", "four@example.com", "five@example.com"))) == 0
    assert refusal(answers[0]) == (429, "too_many_lookups", "lookups")
    assert '"lookups";r=2;' in answers[0]["RateLimit"]
    assert len(match(client, "ben@example.com", "four@example.com").json()["data"]) == 1


def test_several_accounts_of_one_network_share_what_it_has(ben: User, as_person: AsPerson) -> None:
    ana, eve = (as_person(UserFactory.create()) for _ in range(2))
    match(ana, *(f"{number}@example.com" for number in range(5)))
    assert refusal(match(eve, *(f"{number}@example.com" for number in range(4)))) == (429, "too_many_lookups", "lookups_network")
    assert len(match(eve, "ben@example.com").json()["data"]) == 1
    elsewhere = as_person(UserFactory.create())
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert match(elsewhere, *(f"{number}@example.com" for number in range(5))).status_code == 200


def test_searching_for_a_whole_address_or_number_draws_on_the_same(ben: User, as_person: AsPerson) -> None:
    client = as_person(UserFactory.create())
    match(client, "one@example.com", "two@example.com", "three@example.com")
    assert [person["username"] for person in search(client, "Ben@Example.com").json()["data"]] == [ben.username]
    assert search(client, "+351 912 345 678").status_code == 200
    for words in ("ben@example.com", "+351 912 345 678"):
        assert refusal(search(client, words)) == (429, "too_many_lookups", "lookups")
    assert [person["username"] for person in search(client, ben.username).json()["data"]] == [ben.username]  # names are not asked about


@pytest.mark.parametrize("path", ["/people/", "/chats/new/"])
def test_pages_draw_on_it_too(ben: User, path: str) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    for _ in range(5):
        assert ben.username in client.get(path, {"q": "ben@example.com"}).content.decode()
    refused = client.get(path, {"q": "ben@example.com"})
    assert refused.status_code == 429
    assert ben.username not in refused.content.decode()
    assert ben.username in client.get(path, {"q": ben.username}).content.decode()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("ben@example.com", True),
        (" @ben@example.com ", True),
        ("+351 912 345 678", True),
        ("ben", False),
        ("@ben", False),
        ("", False),
        ("12", False),
        ("ben@", False),
    ],
)
def test_what_counts_is_what_search_takes_for_an_address_or_number(text: str, is_one: bool) -> None:
    assert is_address_or_number(text) is is_one
