"""Guessing at passwords: who is slowed, and who must not be."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Session
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.testing.threads import race

pytestmark = pytest.mark.django_db
HOME = "127.0.0.1"  # where ``open_session`` signs people in
ELSEWHERE = "10.0.0.1"
WRONG = "wrong-wrong"


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_in": "5/15 minutes", "sign_in_address": "100/15 minutes", "sign_in_name": "8/hour"}


def sign_in(address: str, password: str = WRONG, name: str = "ana") -> Any:
    credential = {"email": name} if "@" in name else {"username": name}
    return APIClient(REMOTE_ADDR=address).post("/api/v1/auth/sign-in", {**credential, "password": password})


def guess_from_many_places(times: int, name: str = "ana") -> None:
    for number in range(times):
        assert sign_in(f"10.1.0.{number}", name=name).status_code == 401


def test_sixth_failure_from_one_place_is_refused_even_with_the_password() -> None:
    UserFactory.create(username="ana")
    assert [sign_in(ELSEWHERE).status_code for _ in range(5)] == [401] * 5
    refused = sign_in(ELSEWHERE, PASSWORD)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert not Session.objects.exists()


def test_username_in_any_case_and_address_are_one_name() -> None:
    UserFactory.create(username="ana", email="ana@example.com")
    for name in ("ana", "ANA", " ana", "ana@example.com", "Ana@Example.com"):
        sign_in(ELSEWHERE, name=name)
    assert sign_in(ELSEWHERE, PASSWORD).status_code == 429


def test_nobody_locks_another_person_out_from_elsewhere() -> None:
    UserFactory.create(username="ana")
    for _ in range(7):
        sign_in(ELSEWHERE)
    assert sign_in("10.9.9.9", PASSWORD).status_code == 200


def test_success_forgets_the_mistypings_before_it() -> None:
    UserFactory.create(username="ana")
    for _ in range(3):
        assert [sign_in(HOME).status_code for _ in range(4)] == [401] * 4
        assert sign_in(HOME, PASSWORD).status_code == 200


def test_success_with_ones_own_name_gives_no_new_guesses_at_another() -> None:
    UserFactory.create(username="ana")
    UserFactory.create(username="eve")
    for _ in range(5):
        sign_in(ELSEWHERE)
    assert sign_in(ELSEWHERE, PASSWORD, "eve").status_code == 200
    assert sign_in(ELSEWHERE, PASSWORD).status_code == 429


def test_guesses_from_many_places_are_slowed_but_not_for_the_person_at_home() -> None:
    open_session(UserFactory.create(username="ana"))
    guess_from_many_places(8)
    assert sign_in("10.2.0.1", PASSWORD).status_code == 429
    assert sign_in(HOME, PASSWORD).status_code == 200


def test_name_nobody_has_is_treated_alike() -> None:
    guess_from_many_places(8, "nobody")
    assert sign_in("10.2.0.1", name="nobody").status_code == 429
    assert [sign_in(ELSEWHERE, name="no@example.com").status_code for _ in range(6)] == [401] * 5 + [429]


def test_one_place_trying_many_names_is_slowed(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_in_address": "4/15 minutes"}
    assert [sign_in(ELSEWHERE, name=f"name{number}").status_code for number in range(5)] == [401] * 4 + [429]


def test_page_counts_with_the_api_and_says_so_on_the_form() -> None:
    UserFactory.create(username="ana")
    client = Client(REMOTE_ADDR=ELSEWHERE)
    for _ in range(5):
        sign_in(ELSEWHERE)
    page = client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
    assert page.status_code == 429
    assert b'value="ana"' in page.content
    assert not Session.objects.exists()


def test_password_asked_for_again_is_counted(client: Client) -> None:
    client.force_login(UserFactory.create(username="ana"))
    for _ in range(5):
        assert client.post("/settings/confirm/", {"password": "wrong-wrong"}).status_code == 200
    assert client.post("/settings/confirm/", {"password": PASSWORD}).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_do_not_slip_past_together() -> None:
    UserFactory.create(username="ana")
    codes = [answer.status_code for answer in race(lambda _: sign_in(ELSEWHERE), threads=12)]  # type: ignore[union-attr]
    assert sorted(codes) == [401] * 5 + [429] * 7


def test_superuser_made_on_the_command_line_signs_in_at_once() -> None:
    User.objects.create_superuser("root", "root@example.com", PASSWORD)
    assert sign_in(HOME, PASSWORD, "root").status_code == 200
