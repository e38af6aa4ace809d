"""Whom one might know, and why."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from social.graph import services
from social.graph.suggestions import suggestions_for
from social.graph.tests.factories import make_follow, make_friends, make_request

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]


@pytest.fixture
def people() -> dict[str, User]:
    return {name: UserFactory.create(username=name, display_name=name.title()) for name in ("ana", "ben", "cem", "dia", "eva", "fay", "gus")}


def offered(viewer: User) -> list[tuple[str, str]]:
    return [(suggestion.person.username, suggestion.words) for suggestion in suggestions_for(viewer)]


def test_friends_of_friends_come_first_then_those_followed_then_the_popular(people: dict[str, User]) -> None:
    ana, ben, cem, dia, eva, fay, gus = people.values()
    for friend in (ben, cem):
        make_friends(ana, friend)
        make_friends(friend, dia)
    make_friends(ben, eva)
    make_follow(ana, ben)
    make_follow(ben, fay)
    make_follow(fay, gus)
    mutual, followed = [("dia", "2 mutual friends"), ("eva", "1 mutual friend")], [("fay", "Followed by 1 person you follow")]
    assert offered(ana) == [*mutual, *followed, ("gus", "Popular here")]


def test_suggestions_name_some_of_the_people_between(people: dict[str, User]) -> None:
    ana, ben, cem, dia, eva, fay, gus = people.values()
    for friend in (ben, cem, dia, eva):
        make_friends(ana, friend)
        make_friends(friend, fay)
    make_friends(ben, gus)
    first, second = suggestions_for(ana)
    assert (first.person, first.count, first.names) == (fay, 4, "Eva, Dia, Cem and 1 more")
    assert (second.person, second.count, second.names) == (gus, 1, "Ben")


def test_people_one_has_to_do_with_already_are_not_suggested(people: dict[str, User]) -> None:
    ana, ben, cem, dia, eva, fay, gus = people.values()
    make_friends(ana, ben)
    for person in (cem, dia, eva, fay, gus):
        make_friends(ben, person)
    make_follow(ana, cem)
    make_request(ana, dia)
    make_request(eva, ana)
    services.dismiss_suggestion(actor=ana, person=fay)
    services.mute(actor=ana, target=gus)
    assert offered(ana) == []


def test_blocked_and_suspended_people_are_neither_suggested_nor_named(people: dict[str, User]) -> None:
    ana, ben, cem, dia, eva, fay, gus = people.values()
    for friend in (ben, cem):
        make_friends(ana, friend)
        for person in (dia, eva, fay, gus):
            make_friends(friend, person)
    services.block(actor=dia, target=ana)
    services.block(actor=ana, target=eva)
    suspend_user(user=fay, until=fay.created_at.replace(year=2099), reason="x")
    suspend_user(user=cem, until=cem.created_at.replace(year=2099), reason="x")
    (only,) = suggestions_for(ana)
    assert (only.person, only.count, only.named) == (gus, 1, [ben])


def test_what_a_private_account_hides_explains_no_suggestion(as_person: Client, people: dict[str, User]) -> None:
    ana, ben, cem, dia, *_ = people.values()
    make_friends(ana, ben)
    make_follow(ana, ben)
    for person in (cem, dia):
        make_friends(ben, person)
        make_follow(ben, person)
    for person in (ben, cem):
        person.is_private = True
        person.save()
    assert offered(ana) == [("dia", "1 mutual friend"), ("cem", "Popular here")]
    hidden = as_person(ana).get("/api/v1/friends/suggestions").json()["data"][1]
    assert (hidden["reason"], hidden["count"], hidden["named"]) == ("popular", 0, [])
    services.unfollow(actor=ben, target=cem)
    assert offered(ana) == [("dia", "1 mutual friend")]


def test_a_suggestion_explains_itself_and_can_be_dismissed(as_person: Client, people: dict[str, User]) -> None:
    ana, ben, cem, *_ = people.values()
    make_friends(ana, ben)
    make_friends(ben, cem)
    (row,) = as_person(ana).get("/api/v1/friends/suggestions").json()["data"]
    assert (row["person"]["username"], row["reason"], row["count"], row["text"]) == ("cem", "mutual_friends", 1, "1 mutual friend")
    assert [person["username"] for person in row["named"]] == ["ben"]
    for _ in range(2):
        assert as_person(ana).delete("/api/v1/friends/suggestions/cem").status_code == 204
    assert as_person(ana).get("/api/v1/friends/suggestions").json()["data"] == []
    assert as_person(ana).delete("/api/v1/friends/suggestions/nobody.here").status_code == 404
    assert as_person(ana).delete("/api/v1/friends/suggestions/me").status_code == 403


def test_suggestions_cost_four_queries_however_many_people(count_queries: Callable[..., int]) -> None:
    ana = UserFactory.create()
    for size in (2, 8):
        friends, strangers = UserFactory.create_batch(size), UserFactory.create_batch(size)
        for friend in friends:
            make_friends(ana, friend)
            make_follow(ana, friend)
        for friend, stranger in zip(friends, strangers, strict=True):
            make_friends(friend, stranger)
            make_follow(friend, UserFactory.create())
        assert count_queries(lambda: suggestions_for(ana, limit=50)) == 4
