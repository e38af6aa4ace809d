from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.querysets import names
from accounts.users.tests.factories import UserFactory
from social.graph import services
from social.graph.search import LOOKED_AT, people_called, swapped
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


@pytest.fixture
def viewer() -> User:
    return UserFactory.create(username="zoe", display_name="Zoe")


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
    ("said", "meant"),
    [
        ("anna fereira", "Ana Ferreira"),
        ("rafaell kispe", "Rafael Quispe"),
        ("ingrit solhiem", "Ingrid Solheim"),
        ("solhiem ignrid", "Ingrid Solheim"),
        ("kahlid", "Khalid Mansoori"),
        ("kahlid masnoori", "Khalid Mansoori"),
        ("bne", "Ben Okafor"),
        ("\u00e9zo", "Z\u00e9o Laurent"),
    ],
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


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=a&cursor=made-up", "q=a&cursor=WyJhIl0", "q=a&cursor=WzIsIlx1MDAwMCJd", f"q={'x' * 81}"])
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


def test_names_are_answered_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    people = User.objects.annotate(names=names())
    alike = people.filter(names__trigram_word_similar="marta").filter(names__trigram_word_similar="fe")
    by_letters = people.filter(names__like_any=swapped("MRATA"))
    for found in (people.filter(names__contains=" MARTA F"), people.filter(names__trigram_strict_word_similar="marta"), alike, by_letters):
        assert "user_by_part_of_names" in found.explain()


def test_one_person_is_found_by_username_or_address_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    by = {
        "user_username_unique": User.objects.active().named("Ana"),
        "user_by_username": User.objects.filter(username__iexact="Ana"),
        "user_by_email": User.objects.filter(email__iexact="Ana@example.com"),
    }
    assert [index for index, people in by.items() if index not in people.explain()] == []


def pages(viewer: User, text: str, limit: int) -> list[str]:
    """The usernames of all pages, one after the other."""
    page = people_called(viewer, text, limit=limit)
    seen = [person.username for person in page.items]
    while page.next:
        page = people_called(viewer, text, cursor=page.next, limit=limit)
        seen += [person.username for person in page.items]
    return seen


def test_of_those_alike_only_so_many_are_looked_at_words_before_parts(viewer: User) -> None:
    people = [UserFactory.build(username=f"{letters}x", display_name="Martin") for letters in map("".join, product("abcdef", repeat=3))]
    User.objects.bulk_create(people)
    UserFactory.create(username="someone", display_name="Marta")
    found = pages(viewer, "martta", 100)
    assert found[0] == "someone", "as a word, Martin is not like it"
    assert len(found) == len(set(found)) == 1 + LOOKED_AT < len(people)


def test_pages_go_on_from_rank_to_rank(viewer: User) -> None:
    people = [
        ("anna", "X"),  # the username
        ("annabel", "X"),  # begins, and is followed
        ("annabella", "X"),
        ("someone0", "Y Anna"),
        ("someone1", "Ana"),  # looks alike
        ("someone2", "Hanna"),
    ]
    for username, name in people:
        UserFactory.create(username=username, display_name=name)
    UserFactory.create(username="unlike", display_name="Quentin")
    services.follow(actor=viewer, target=User.objects.get(username="annabel"))
    whole = named(viewer, "anna")
    assert whole[:4] == ["anna", "annabel", "annabella", "someone0"]
    assert set(whole[4:]) == {"someone1", "someone2"}
    assert [pages(viewer, "anna", limit) for limit in (1, 2, 4)] == [whole] * 3


@pytest.mark.parametrize("text", ["anna fereira", "fereira anna", "ferr ana", "Ana  Ferreira!", "anna-fereira"])
def test_every_word_may_be_wrong_and_in_any_order(viewer: User, text: str) -> None:
    UserFactory.create(username="meant", display_name="Ana Ferreira")
    UserFactory.create(username="other", display_name="Anja Kovac")
    assert named(viewer, text) == ["meant"]


@pytest.mark.parametrize("text", ["%%%", "___", "...", "\\\\\\", "''", "-- ;", "(((", "\U0001f600\U0001f600\U0001f600"])
def test_text_without_words_finds_nobody_and_asks_nothing(viewer: User, text: str, count_queries: Callable[[Callable[[], object]], int]) -> None:
    UserFactory.create(username="ana_b", display_name="Ana 100% B")
    assert named(viewer, text) == []
    assert count_queries(lambda: named(viewer, text)) == 0


def test_what_has_digits_is_looked_for_as_it_is(viewer: User, count_queries: Callable[[Callable[[], object]], int]) -> None:
    for number in range(3):
        UserFactory.create(username=f"person100{number}")
    assert named(viewer, "person1002") == ["person1002"]
    assert count_queries(lambda: named(viewer, "persom1002")) == 1


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
