"""Friends and requests over REST."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from core.models import uuid7
from social.graph import policies, selectors, services
from social.graph.models import Follow, FriendRequest, Friendship
from social.graph.tests.factories import make_follow, make_friends, make_request
from social.graph.tests.test_api import hidden_by_absence, hidden_by_block, hidden_by_leaving, hidden_by_suspension

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]


def usernames(answer: Any, *path: str) -> list[str]:
    rows = answer.json()["data"]
    for step in path:
        rows = [row[step] for row in rows]
    return [row["username"] for row in rows]


def test_asking_and_accepting(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    asked = as_person(ana).post("/api/v1/friend-requests", {"user": ben.username.upper(), "message": "Hello"}, format="json")
    assert asked.status_code == 201
    assert (asked.json()["data"]["status"], asked.json()["data"]["message"]) == ("pending", "Hello")
    assert usernames(as_person(ben).get("/api/v1/friend-requests"), "sender") == [ana.username]
    assert usernames(as_person(ana).get("/api/v1/friend-requests/sent"), "receiver") == [ben.username]
    status = as_person(ben).get(f"/api/v1/users/{ana.username}/follow-status").json()["data"]
    assert (status["friends"], status["request_received"], status["request_sent"]) == (False, asked.json()["data"]["id"], None)
    accepted = as_person(ben).post(f"/api/v1/friend-requests/{asked.json()['data']['id']}/accept")
    assert (accepted.status_code, accepted.json()["data"]["status"]) == (200, "accepted")
    for one, other in ((ana, ben), (ben, ana)):
        assert usernames(as_person(one).get("/api/v1/friends"), "person") == [other.username]
        assert as_person(one).get(f"/api/v1/users/{other.pk}/follow-status").json()["data"]["friends"]
    assert as_person(ana).delete(f"/api/v1/friends/{ben.username}").status_code == 204
    assert as_person(ana).delete(f"/api/v1/friends/{ben.username}").status_code == 204
    assert not policies.are_friends(ana, ben)


def test_crossing_requests_answer_that_they_made_friends(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    make_request(ana, ben)
    assert as_person(ben).post("/api/v1/friend-requests", {"user": str(ana.pk)}, format="json").json()["data"]["status"] == "accepted"


def test_declining_looks_to_the_sender_as_if_nothing_had_happened(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = make_request(ana, ben)
    before = as_person(ana).get("/api/v1/friend-requests/sent").json()["data"]
    status = as_person(ana).get(f"/api/v1/users/{ben.username}/follow-status").json()["data"]
    assert as_person(ben).post(f"/api/v1/friend-requests/{request.pk}/decline").status_code == 204
    assert as_person(ben).get("/api/v1/friend-requests").json()["data"] == []
    assert as_person(ana).get("/api/v1/friend-requests/sent").json()["data"] == before
    assert as_person(ana).get(f"/api/v1/users/{ben.username}/follow-status").json()["data"] == status


def test_a_request_is_taken_back_once(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    request = make_request(ana, ben)
    assert as_person(ana).delete(f"/api/v1/friend-requests/{request.pk}").status_code == 204
    assert as_person(ana).delete(f"/api/v1/friend-requests/{request.pk}").status_code == 404
    assert as_person(ben).get("/api/v1/friend-requests").json()["data"] == []


def test_requests_of_others_do_not_exist(as_person: Client) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    request = make_request(ana, ben)
    for actor, method, path in (
        (cem, "post", f"{request.pk}/accept"),
        (ana, "post", f"{request.pk}/accept"),
        (cem, "post", f"{request.pk}/decline"),
        (ben, "delete", f"{request.pk}"),
    ):
        answer = getattr(as_person(actor), method)(f"/api/v1/friend-requests/{path}")
        absent = getattr(as_person(actor), method)(f"/api/v1/friend-requests/{path.replace(str(request.pk), str(uuid7()))}")
        assert answer.status_code == absent.status_code == 404
        assert answer.json()["error"] == absent.json()["error"]
    assert FriendRequest.objects.received_by(ben).get() == request
    assert not Friendship.objects.exists()


@pytest.mark.parametrize(
    ("who", "status", "code"), [("me", 403, "befriend_oneself"), ("friend", 409, "already_friends"), ("nobody.here", 404, "not_found")]
)
def test_refusals_say_why(as_person: Client, who: str, status: int, code: str) -> None:
    ana, ben = UserFactory.create(), UserFactory.create(username="friend")
    make_friends(ana, ben)
    answer = as_person(ana).post("/api/v1/friend-requests", {"user": who}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not FriendRequest.objects.exists()


def test_too_long_a_message_is_refused(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    answer = as_person(ana).post("/api/v1/friend-requests", {"user": ben.username, "message": "x" * 301}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert not FriendRequest.objects.exists()


DOORS = [("get", "friends/{}"), ("delete", "friends/{}"), ("get", "friends/mutual/{}"), ("post", "friend-requests")]


@pytest.mark.parametrize("hide", [hidden_by_block, hidden_by_suspension, hidden_by_leaving, hidden_by_absence])
@pytest.mark.parametrize(("method", "path"), DOORS)
def test_who_may_not_be_seen_does_not_exist(as_person: Client, hide: Callable[[User, User], object], method: str, path: str) -> None:
    ana, ben = UserFactory.create_batch(2)
    name = ben.username
    hide(ana, ben)
    answers = [getattr(as_person(ana), method)(f"/api/v1/{path.format(who)}", {"user": who}, format="json") for who in (name, "nobody.here")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"] == answers[1].json()["error"]
    assert not FriendRequest.objects.exists()


def test_mutual_friends_are_those_of_both_whom_the_viewer_may_meet(as_person: Client) -> None:
    ana, ben, cem, dia, eva, fay, gus = UserFactory.create_batch(7)
    for person in (cem, dia, eva, fay):
        make_friends(ana, person)
        make_friends(person, ben)
    make_friends(ana, gus)
    services.block(actor=dia, target=ana)
    suspend_user(user=eva, until=eva.created_at.replace(year=2099), reason="x")
    assert usernames(as_person(ana).get(f"/api/v1/friends/mutual/{ben.username}")) == [fay.username, cem.username]
    first = as_person(ana).get(f"/api/v1/friends/mutual/{ben.username}?limit=1")
    rest = as_person(ana).get(f"/api/v1/friends/mutual/{ben.username}?cursor={first.json()['pagination']['next']}")
    assert usernames(first) + usernames(rest) == [fay.username, cem.username]


@pytest.mark.parametrize("path", ["friends/mutual/{}", "friends/{}"])
def test_of_a_private_account_its_followers_alone_see_friends_in_common(as_person: Client, path: str) -> None:
    ana, cem = UserFactory.create_batch(2)
    ben = UserFactory.create(is_private=True)
    make_friends(ana, ben)
    for person in (ana, ben):
        make_friends(person, cem)
    address = f"/api/v1/{path.format(ben.username)}"
    assert as_person(ana).get(address).json()["data"] == []
    assert selectors.mutual_friends_in_short(ana, ben) == (0, [])
    make_follow(ben, ana)
    assert as_person(ana).get(address).json()["data"] == []
    Follow.objects.create(follower=ana, followed=ben)  # as an approved request leaves it
    assert cem.username in str(as_person(ana).get(address).json()["data"])
    assert selectors.mutual_friends_in_short(ana, ben) == (1, [cem])


def test_blocked_and_suspended_people_are_in_no_list(as_person: Client) -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    make_friends(ana, ben)
    make_friends(ana, cem)
    make_request(dia, ana)
    suspend_user(user=dia, until=dia.created_at.replace(year=2099), reason="x")
    services.block(actor=cem, target=dia)
    assert as_person(ana).get("/api/v1/friend-requests").json()["data"] == []
    services.block(actor=ben, target=ana)
    assert usernames(as_person(ana).get("/api/v1/friends"), "person") == [cem.username]
    viewer = UserFactory.create()
    services.block(actor=viewer, target=cem)
    assert as_person(viewer).get(f"/api/v1/friends/{ana.username}").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "expected"), [("friends", 1), ("friends/{}", 2), ("friends/mutual/{}", 2), ("friend-requests", 1), ("friend-requests/sent", 1)]
)
def test_lists_cost_the_same_however_many_people(as_person: Client, count_queries: Callable[..., int], path: str, expected: int) -> None:
    ana, ben = UserFactory.create_batch(2)
    for size in (2, 12):
        for person in UserFactory.create_batch(size):
            make_friends(ana, person)
            make_friends(ben, person)
        for person in UserFactory.create_batch(size):
            make_request(ana, person)
        for person in UserFactory.create_batch(size):
            make_request(person, ana)
        assert count_queries(lambda: as_person(ana).get(f"/api/v1/{path.format(ben.username)}")) == expected


@pytest.mark.parametrize("is_private", [False, True])
def test_following_costs_four_queries_besides_the_session_however_many_follow(as_person: Client, is_private: bool) -> None:
    ben = UserFactory.create(is_private=is_private)
    for followers in (0, 10):
        for other in UserFactory.create_batch(followers):
            services.follow(actor=other, target=ben)
        client = as_person(UserFactory.create())
        with CaptureQueriesContext(connection) as captured:
            assert client.post(f"/api/v1/users/{ben.username}/follow").json()["data"]["requested"] == is_private
        assert len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]) == 4


def test_strangers_are_asked_to_sign_in(api: APIClient) -> None:
    ben = UserFactory.create()
    for method, path in (
        ("get", "friends"),
        ("get", "friends/suggestions"),
        ("get", f"friends/mutual/{ben.username}"),
        ("get", "friend-requests"),
        ("post", "friend-requests"),
        ("get", "contacts"),
        ("post", "contacts/match"),
        ("get", "users/me/muted"),
        ("post", f"users/{ben.username}/mute"),
    ):
        assert getattr(api, method)(f"/api/v1/{path}", {"user": ben.username}, format="json").status_code in {401, 403}, path
    assert not FriendRequest.objects.exists()
