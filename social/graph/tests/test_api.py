from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.graph import policies, services
from social.graph.models import Block, Follow

pytestmark = pytest.mark.django_db


def client(person: User | None) -> APIClient:
    api = APIClient()
    if person is not None:
        api.force_authenticate(person)
    return api


def names(answer: Any) -> list[str]:
    return [person["username"] for person in answer.json()["data"]]


def stands(answer: Any) -> tuple[bool, bool]:
    return answer.json()["data"]["following"], answer.json()["data"]["followed_by"]


def test_following_is_idempotent_and_answers_the_relation() -> None:
    ana, ben = UserFactory.create_batch(2)
    for _ in range(2):
        answer = client(ana).post(f"/api/v1/users/{ben.username.upper()}/follow")
        assert answer.status_code == 200
        assert stands(answer) == (True, False)
    assert stands(client(ben).get(f"/api/v1/users/{ana.pk}/follow-status")) == (False, True)
    for _ in range(2):
        assert client(ana).delete(f"/api/v1/users/{ben.pk}/follow").status_code == 204
    assert not policies.follows(ana, ben)


def test_nobody_follows_oneself() -> None:
    ana = UserFactory.create()
    answer = client(ana).post("/api/v1/users/me/follow")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "follow_oneself")


def test_followers_and_following_are_public_and_newest_first() -> None:
    ana, *others = UserFactory.create_batch(4)
    for other in others:
        services.follow(actor=other, target=ana)
    assert names(client(None).get(f"/api/v1/users/{ana.username}/followers")) == [other.username for other in reversed(others)]
    assert names(client(None).get(f"/api/v1/users/{others[0].username}/following")) == [ana.username]


def test_paging_followers_reaches_everyone_once_while_more_come() -> None:
    ana, *others = UserFactory.create_batch(6)
    for other in others:
        services.follow(actor=other, target=ana)
    first = client(None).get(f"/api/v1/users/{ana.username}/followers?limit=3")
    services.follow(actor=UserFactory.create(), target=ana)
    rest = client(None).get(f"/api/v1/users/{ana.username}/followers?limit=3&cursor={first.json()['pagination']['next']}")
    assert names(first) + names(rest) == [other.username for other in reversed(others)]
    assert not rest.json()["pagination"]["has_more"]


@pytest.mark.parametrize("path", ["followers", "following"])
def test_lists_cost_the_same_however_many_people(path: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = UserFactory.create()
    for size in (2, 12):
        for other in UserFactory.create_batch(size):
            services.follow(actor=ana, target=other)
            services.follow(actor=other, target=ana)
        with django_assert_num_queries(2):
            client(other).get(f"/api/v1/users/{ana.username}/{path}")


def test_blocked_list_costs_the_same_however_many_people(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = UserFactory.create()
    for size in (2, 12):
        for other in UserFactory.create_batch(size):
            services.block(actor=ana, target=other)
        with django_assert_num_queries(1):
            client(ana).get("/api/v1/users/blocked")


def hidden_by_block(ana: User, ben: User) -> None:
    services.block(actor=ben, target=ana)


def hidden_by_suspension(ana: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(suspended_until=timezone.now() + timedelta(days=1))


def hidden_by_leaving(ana: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(is_active=False)


def hidden_by_absence(ana: User, ben: User) -> None:
    ben.delete()


@pytest.mark.parametrize("hide", [hidden_by_block, hidden_by_suspension, hidden_by_leaving, hidden_by_absence])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "follow"),
        ("delete", "follow"),
        ("get", "follow-status"),
        ("get", "followers"),
        ("get", "following"),
        ("post", "block"),
        ("delete", "block"),
    ],
)
def test_who_may_not_be_seen_does_not_exist(hide: Callable[[User, User], object], method: str, path: str) -> None:
    ana, ben = UserFactory.create_batch(2)
    name = ben.username
    hide(ana, ben)
    before = (Follow.objects.count(), Block.objects.count())
    answer = getattr(client(ana), method)(f"/api/v1/users/{name}/{path}")
    absent = getattr(client(ana), method)(f"/api/v1/users/nobody.here/{path}")
    assert answer.status_code == absent.status_code == 404
    assert answer.json()["error"] == absent.json()["error"]
    assert (Follow.objects.count(), Block.objects.count()) == before


def test_blocked_and_suspended_people_are_left_out_of_lists() -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    for other in (ben, cem, dia):
        services.follow(actor=other, target=ana)
    viewer = UserFactory.create()
    services.block(actor=ben, target=viewer)
    User.objects.filter(pk=cem.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    assert names(client(viewer).get(f"/api/v1/users/{ana.username}/followers")) == [dia.username]


def test_blocking_can_be_taken_back_though_the_person_is_hidden() -> None:
    ana, ben = UserFactory.create_batch(2)
    for _ in range(2):
        assert client(ana).post(f"/api/v1/users/{ben.username}/block").status_code == 204
    assert names(client(ana).get("/api/v1/users/blocked")) == [ben.username]
    assert client(ana).get(f"/api/v1/users/{ben.username}/followers").status_code == 404
    for _ in range(2):
        assert client(ana).delete(f"/api/v1/users/{ben.username}/block").status_code == 204
    assert client(ana).get(f"/api/v1/users/{ben.username}/followers").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("post", "{}/follow"), ("delete", "{}/follow"), ("get", "{}/follow-status"), ("post", "{}/block"), ("get", "blocked")]
)
def test_strangers_are_asked_to_sign_in(method: str, path: str) -> None:
    ben = UserFactory.create()
    assert getattr(client(None), method)(f"/api/v1/users/{path.format(ben.username)}").status_code in {401, 403}
    assert not Follow.objects.exists()
    assert not Block.objects.exists()
