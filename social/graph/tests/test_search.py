from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.graph import services
from social.graph.search import people_called
from social.graph.tests.factories import make_friends
from social.graph.tests.test_api import hidden_by_block, hidden_by_leaving, hidden_by_suspension

pytestmark = pytest.mark.django_db
PATH = "/api/v1/users/search"


def client(person: User) -> APIClient:
    api = APIClient()
    api.force_authenticate(person)
    return api


def named(viewer: User, text: str) -> list[str]:
    return [person.username for person in people_called(viewer, text).items]


def test_exact_username_first_then_followed_then_beginnings_then_likenesses() -> None:
    viewer = UserFactory.create(username="zoe", display_name="Zoe")
    for username, name in [("marta", "X"), ("martab", "X"), ("martaa", "X"), ("other", "Y Marta"), ("maria", "Marla"), ("unlike", "Quentin")]:
        UserFactory.create(username=username, display_name=name)
    services.follow(actor=viewer, target=User.objects.get(username="martab"))
    assert named(viewer, "@Marta") == ["marta", "martab", "martaa", "other", "maria"]
    assert named(viewer, "martta")[0] == "marta"
    assert "unlike" not in named(viewer, "martta")


@pytest.mark.parametrize(
    ("text", "found"), [("TOM", True), ("riv", True), ("José R", True), ("riverra", True), ("quentin", False), ("%", False), ("_", False)]
)
def test_by_beginning_of_any_word_whatever_the_case_and_by_likeness(text: str, found: bool) -> None:
    UserFactory.create(username="tomas", display_name="José Rivera")
    assert named(UserFactory.create(username="zoe", display_name="Zoe"), text) == (["tomas"] if found else [])


@pytest.mark.parametrize(
    ("said", "meant"), [("anna fereira", "Ana Ferreira"), ("rafaell kispe", "Rafael Quispe"), ("ingrit solhiem", "Ingrid Solheim")]
)
def test_misspelt_names_find_whom_they_mean_before_others(said: str, meant: str) -> None:
    viewer = UserFactory.create(username="zoe", display_name="Zoe")
    for number, name in enumerate(("Hanna Ferreira", "Rafael Kovac", "Ingrid Lin", meant, "Amina Ferreira")):
        UserFactory.create(username=f"someone{number}", display_name=name)
    assert named(viewer, said)[0] == "someone3"


def test_who_does_not_exist_for_the_viewer_is_not_found() -> None:
    viewer, blocked, blocking, closed = (UserFactory.create(username=f"sam{n}") for n in range(4))
    services.block(actor=viewer, target=blocked)
    services.block(actor=blocking, target=viewer)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert named(viewer, "sam") == []
    assert named(blocked, "sam") == ["sam2"]


def test_pages_repeat_and_skip_nobody_while_others_arrive() -> None:
    viewer = UserFactory.create(username="zoe", display_name="Zoe")
    for number in range(7):
        UserFactory.create(username=f"sam{number}")
    seen: list[str] = []
    cursor = ""
    for page in range(4):
        answer = client(viewer).get(f"{PATH}?q=sam&limit=2&cursor={cursor}").json()
        seen += [person["username"] for person in answer["data"]]
        UserFactory.create(username=f"sam0.{page}")
        cursor = answer["pagination"]["next"] or ""
    assert len(seen) == len(set(seen))
    assert {f"sam{number}" for number in range(7)} <= set(seen)


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=a&cursor=made-up", "q=a&cursor=WyJhIl0", f"q={'x' * 81}"])
def test_odd_queries_are_refused(query: str) -> None:
    assert client(UserFactory.create()).get(f"{PATH}?{query}").status_code == 400


def test_nobody_searches_without_signing_in() -> None:
    assert APIClient().get(PATH, {"q": "a"}).status_code == 401


def test_search_costs_the_same_however_many_are_found(count_queries: Callable[[Callable[[], object]], int]) -> None:
    viewer = UserFactory.create(username="zoe")
    UserFactory.create(username="sam")
    few = count_queries(lambda: client(viewer).get(PATH, {"q": "sam"}))
    for number in range(12):
        UserFactory.create(username=f"sam{number}")
    assert count_queries(lambda: client(viewer).get(PATH, {"q": "sam"})) == few


PHONE = "+351912345678"


def with_phone(username: str = "ben", by: str = "everyone", phone: str = PHONE) -> User:
    return UserFactory.create(username=username, display_name="Ben", phone=phone, found_by_phone=by)


@pytest.mark.parametrize("said", [PHONE, "+351 912 345 678", " +351-912-345-678", "(+351) 912.345.678", "\uff0b351 912345678"])
def test_a_whole_number_finds_its_owner_however_it_is_typed(said: str) -> None:
    with_phone()
    assert named(UserFactory.create(username="zoe"), said) == ["ben"]


def test_without_plus_a_number_is_of_the_region_of_the_site(settings: Settings) -> None:
    with_phone()
    viewer = UserFactory.create(username="zoe")
    assert named(viewer, "912 345 678") == []
    settings.PHONE_REGION = "PT"
    assert [named(viewer, said) for said in ("912 345 678", "00351 912 345 678", "351912345678")] == [["ben"], ["ben"], ["ben"]]


@pytest.mark.parametrize(
    "said", ["+35191234567", "912345678", "345678", "+351", "+", "()", "+351 912 345 67x", "tel:+351912345678", "+3519123456789"]
)
def test_less_or_more_than_a_whole_number_finds_nobody(said: str) -> None:
    with_phone()
    assert named(UserFactory.create(username="zoe"), said) == []


def test_a_number_finds_only_who_allows_that() -> None:
    viewer = UserFactory.create(username="zoe")
    nobody, followed = with_phone("cem", "nobody"), with_phone("dia", "followed", "+351912345679")
    friend = with_phone("eda", "friends", "+351912345680")
    User.objects.filter(pk=nobody.pk).update(found_by_email="everyone")
    numbers = [str(person.phone) for person in (nobody, followed, friend)]
    assert [named(viewer, number) for number in numbers] == [[], [], []]
    services.follow(actor=followed, target=viewer)
    make_friends(viewer, friend)
    assert [named(viewer, number) for number in numbers] == [[], ["dia"], ["eda"]]
    assert named(friend, str(friend.phone)) == []


@pytest.mark.parametrize("hide", [hidden_by_block, hidden_by_suspension, hidden_by_leaving])
def test_who_may_not_be_seen_is_not_found_by_number(hide: Callable[[User, User], object]) -> None:
    viewer, ben = UserFactory.create(username="zoe"), with_phone()
    hide(viewer, ben)
    assert named(viewer, PHONE) == []


def test_a_username_of_digits_is_found_though_it_is_a_number_too(settings: Settings) -> None:
    settings.PHONE_REGION = "PT"
    with_phone()
    UserFactory.create(username="912345678")
    assert named(UserFactory.create(username="zoe"), "912345678") == ["912345678", "ben"]


def test_a_number_looks_the_same_whether_nobody_has_it_or_its_owner_does_not_allow_it(count_queries: Callable[[Callable[[], object]], int]) -> None:
    viewer = client(UserFactory.create(username="zoe"))
    with_phone("ben", "nobody")
    with_phone("cem", "everyone", "+351912345679")
    asked = [{"q": number} for number in (PHONE, "+351912345680", "+351912345679")]
    assert {count_queries(partial(viewer.get, PATH, query)) for query in asked} == {1}
    hidden, unknown, found = (viewer.get(PATH, query) for query in asked)
    assert hidden.json()["data"] == unknown.json()["data"] == []
    assert hidden.json()["pagination"] == unknown.json()["pagination"]
    assert found.json().keys() == hidden.json().keys()
    assert "phone" not in found.json()["data"][0]


def test_conditions_are_answered_by_indexes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for condition in ("UPPER(username::text) LIKE UPPER('marta%%')", "UPPER(username) %%> 'marta'", "UPPER(display_name) %%> 'marta'"):
            cursor.execute(f"EXPLAIN SELECT id FROM accounts_users_user WHERE {condition}".replace("%%", "%"))  # noqa: S608 - fixed words
            plans.append(" ".join(row[0] for row in cursor.fetchall()))
    assert ["user_by_username_part" in plans[0], "user_by_username_part" in plans[1], "user_by_name_part" in plans[2]] == [True] * 3


def test_numbers_are_answered_by_indexes() -> None:
    viewer = UserFactory.create(username="zoe")
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        # What reads a whole table or index is never cheaper than in a table of one row; what is left are look-ups.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        named(viewer, PHONE)
        cursor.execute(f"EXPLAIN {captured.captured_queries[-1]['sql']}")
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "user_phone_unique" in plan
    assert "user_username_unique" in plan
