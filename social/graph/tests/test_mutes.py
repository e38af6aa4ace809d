"""Muting people and words: the services and the doors. What vanishes from feeds, comments and the inbox is tested where those are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, Forbidden, Invalid
from core.events.registry import event_name, handlers
from core.testing.threads import race
from social.graph import policies, services
from social.graph.events import MutesChanged
from social.graph.models import KeywordMute, Mute
from social.graph.services import mutes

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]


def test_a_mute_is_for_good_for_a_time_or_taken_back(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    client = as_person(ana)
    forever = client.post(f"/api/v1/users/{ben.username}/mute").json()["data"]
    assert (forever["person"]["username"], forever["until"]) == (ben.username, None)
    assert client.get(f"/api/v1/users/{ben.username}/follow-status").json()["data"]["muted"]
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    assert client.post(f"/api/v1/users/{ben.username}/mute", {"until": until}, format="json").json()["data"]["until"]
    assert [row["person"]["username"] for row in client.get("/api/v1/users/me/muted").json()["data"]] == [ben.username]
    for _ in range(2):
        assert client.delete(f"/api/v1/users/{ben.username}/mute").status_code == 204
    assert client.get("/api/v1/users/me/muted").json()["data"] == []


def test_nobody_learns_that_they_are_muted(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    before = as_person(ben).get(f"/api/v1/users/{ana.username}/follow-status").json()["data"]
    services.mute(actor=ana, target=ben)
    assert as_person(ben).get(f"/api/v1/users/{ana.username}/follow-status").json()["data"] == before
    assert as_person(ben).get("/api/v1/users/me/muted").json()["data"] == []
    assert policies.mutes(ana, ben)
    assert not policies.mutes(ben, ana)


def test_a_mute_ends_by_itself_and_is_forgotten_later() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.mute(actor=ana, target=ben, until=timezone.now() + timedelta(hours=1))
    services.mute_keyword(actor=ana, keyword="cats", until=timezone.now() + timedelta(hours=1))
    assert policies.mutes(ana, ben)
    for model in (Mute, KeywordMute):
        model.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert not policies.mutes(ana, ben)
    assert not policies.mutes_words(ana, "Cats!")
    services.mute(actor=ana, target=UserFactory.create())
    assert services.forget_ended_mutes() == 2
    assert Mute.objects.count() == 1


def test_what_makes_no_sense_is_refused_and_changes_nothing(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    past = timezone.now() - timedelta(seconds=1)
    with pytest.raises(Forbidden):
        services.mute(actor=ana, target=ana)
    with pytest.raises(Invalid):
        services.mute(actor=ana, target=ben, until=past)
    for keyword, until in (("cats", past), (" \x00 ", None), ("x" * 81, None)):
        with pytest.raises(Invalid):
            services.mute_keyword(actor=ana, keyword=keyword, until=until)
    assert as_person(ana).post("/api/v1/users/nobody.here/mute").status_code == 404
    assert as_person(ana).post("/api/v1/users/me/muted-keywords", {"keyword": ""}, format="json").status_code == 400
    assert not Mute.objects.exists()
    assert not KeywordMute.objects.exists()


def test_a_word_is_muted_once_whatever_its_case(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    client = as_person(ana)
    row = client.post("/api/v1/users/me/muted-keywords", {"keyword": "  The   FINALE "}, format="json").json()["data"]
    assert row["keyword"] == "the finale"
    assert client.post("/api/v1/users/me/muted-keywords", {"keyword": "the finale"}, format="json").json()["data"]["id"] == row["id"]
    assert as_person(ben).delete(f"/api/v1/users/me/muted-keywords/{row['id']}").status_code == 404
    assert [found["keyword"] for found in client.get("/api/v1/users/me/muted-keywords").json()["data"]] == ["the finale"]
    assert client.delete(f"/api/v1/users/me/muted-keywords/{row['id']}").status_code == 204
    assert client.delete(f"/api/v1/users/me/muted-keywords/{row['id']}").status_code == 404


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("cat", "My CAT sleeps", True),
        ("cat", "cat", True),
        ("cat", "Education matters", False),
        ("the finale", "So, the\n finale!", True),
        ("#cats", "look #Cats", True),
        ("#cats", "look #catsitting", False),
        ("c++", "I write c++ daily", True),
        ("a.b", "aXb", False),
        ("|", "no bar here", False),
        ("(", "smile (:", True),
        ("ação", "Em AÇÃO", True),
        ("猫", "黒猫がいる", True),
        ("[a-z]", "abc", False),
    ],
)
def test_words_are_found_as_people_mean_them(keyword: str, text: str, found: bool) -> None:
    ana = UserFactory.create()
    services.mute_keyword(actor=ana, keyword=keyword)
    services.mute_keyword(actor=ana, keyword="zebra")
    assert policies.mutes_words(ana, text) is found


def test_a_person_mutes_so_many_words_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = UserFactory.create()
    monkeypatch.setattr(mutes, "MAX_KEYWORDS", 1)
    services.mute_keyword(actor=ana, keyword="cats")
    services.mute_keyword(actor=ana, keyword="Cats")
    with pytest.raises(Conflict):
        services.mute_keyword(actor=ana, keyword="dogs")
    assert KeywordMute.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_words_do_not_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = UserFactory.create()
    monkeypatch.setattr(mutes, "MAX_KEYWORDS", 3)
    race(lambda number: services.mute_keyword(actor=ana, keyword=f"word {number}"), threads=10)
    race(lambda _: services.mute(actor=ana, target=User.objects.exclude(pk=ana.pk).first() or ana), threads=5)
    assert KeywordMute.objects.count() == 3


def test_lists_cost_the_same_however_long(as_person: Client, count_queries: Callable[..., int]) -> None:
    ana = UserFactory.create()
    for size in (2, 12):
        for number, person in enumerate(UserFactory.create_batch(size)):
            services.mute(actor=ana, target=person)
            services.mute_keyword(actor=ana, keyword=f"word {size} {number}")
        assert count_queries(lambda: as_person(ana).get("/api/v1/users/me/muted")) == 1
        assert count_queries(lambda: as_person(ana).get("/api/v1/users/me/muted-keywords")) == 1


@pytest.mark.django_db(transaction=True)
def test_muting_again_for_as_long_tells_nobody() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    seen: list[Any] = []
    handlers.setdefault(event_name(MutesChanged), {})["test"] = seen.append
    try:
        services.mute(actor=ana, target=ben)
        services.mute(actor=ana, target=ben)
        assert len(seen) == 1
        services.mute(actor=ana, target=ben, until=timezone.now() + timedelta(hours=1))
        assert len(seen) == 2
    finally:
        del handlers[event_name(MutesChanged)]["test"]
