"""Private accounts: asking to follow, being answered, and what becomes of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.services import update_profile
from accounts.users.tests.factories import UserFactory
from core.errors import Forbidden, NotFound
from core.events.registry import Event, event_name, handlers
from core.testing.threads import race
from social.graph import policies, selectors, services
from social.graph.events import Followed, FollowRequestClosed, FollowRequested, Unfollowed
from social.graph.models import Follow, FollowRequest
from social.graph.querysets import lets_in, within_circle
from social.graph.search import people_called
from social.graph.services import requests
from social.graph.suggestions import suggestions_for

pytestmark = pytest.mark.django_db
KINDS = (Followed, Unfollowed, FollowRequested, FollowRequestClosed)


@pytest.fixture
def told() -> Iterator[list[type[Event]]]:
    """The kinds of every event about follows that was handed over, in order."""
    seen: list[type[Event]] = []
    for kind in KINDS:
        handlers.setdefault(event_name(kind), {})["test"] = lambda event: seen.append(type(event))
    yield seen
    for kind in KINDS:
        del handlers[event_name(kind)]["test"]


def private() -> User:
    return UserFactory.create(is_private=True)


def client(person: User | None) -> APIClient:
    api = APIClient()
    if person is not None:
        api.force_authenticate(person)
    return api


def waiting(person: User) -> FollowRequest:
    return FollowRequest.objects.get(requested=person)


def counts(person: User) -> tuple[int, int]:
    row = selectors.person_counts(person)
    return row.follower_count, row.following_count


@pytest.mark.django_db(transaction=True)
def test_a_private_account_is_asked_once_and_approves(told: list[type[Event]]) -> None:
    ana, ben = UserFactory.create(), private()
    assert services.follow(actor=ana, target=ben)
    assert not services.follow(actor=ana, target=ben)
    assert not policies.follows(ana, ben)
    assert counts(ben) == (0, 0)
    assert selectors.relation(ana, ben).requested
    services.approve_follow(actor=ben, request_id=waiting(ben).pk)
    assert policies.follows(ana, ben)
    assert (counts(ana), counts(ben)) == ((0, 1), (1, 0))
    assert not FollowRequest.objects.exists()
    assert told == [FollowRequested, FollowRequestClosed, Followed]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["declined", "cancelled", "taken back", "blocked", "blocking"])
def test_a_request_that_ends_otherwise_leaves_no_follow(told: list[type[Event]], how: str) -> None:
    ana, ben = UserFactory.create(), private()
    services.follow(actor=ana, target=ben)
    key = waiting(ben).pk
    match how:
        case "declined":
            services.decline_follow(actor=ben, request_id=key)
        case "cancelled":
            services.cancel_follow_request(actor=ana, request_id=key)
        case "taken back":
            services.unfollow(actor=ana, target=ben)
        case "blocked":
            services.block(actor=ben, target=ana)
        case "blocking":
            services.block(actor=ana, target=ben)
    assert not FollowRequest.objects.exists()
    assert not Follow.objects.exists()
    assert told == [FollowRequested, FollowRequestClosed]
    with pytest.raises(NotFound):
        services.approve_follow(actor=ben, request_id=key)


def test_only_who_was_asked_answers_and_only_who_asked_takes_back() -> None:
    ana, ben, eve = UserFactory.create(), private(), private()
    services.follow(actor=ana, target=ben)
    key = waiting(ben).pk
    for actor in (ana, eve):
        for act in (services.approve_follow, services.decline_follow):
            with pytest.raises(NotFound):
                act(actor=actor, request_id=key)
    for actor in (ben, eve):
        with pytest.raises(NotFound):
            services.cancel_follow_request(actor=actor, request_id=key)
    assert waiting(ben).pk == key
    assert not Follow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_waits_follows_once_the_account_is_not_private_any_more(told: list[type[Event]]) -> None:
    askers, ben = UserFactory.create_batch(3), private()
    for asker in askers:
        services.follow(actor=asker, target=ben)
    update_profile(user=ben, changes={"is_private": False})
    assert set(Follow.objects.values_list("follower", flat=True)) == {asker.pk for asker in askers}
    assert counts(ben) == (3, 0)
    assert not FollowRequest.objects.exists()
    update_profile(user=ben, changes={"is_private": True})
    assert counts(ben) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_no_request_is_left_behind_by_an_account_that_opens_at_that_moment() -> None:
    for _ in range(3):
        askers, ben = UserFactory.create_batch(5), private()

        def act(number: int, askers: list[User] = askers, ben: User = ben) -> None:
            if number == 5:
                update_profile(user=ben, changes={"is_private": False})
            else:
                services.follow(actor=askers[number], target=User.objects.get(pk=ben.pk))

        assert race(act, threads=6) == [None] * 6
        assert not FollowRequest.objects.exists()
        assert counts(ben) == (5, 0)


@pytest.mark.django_db(transaction=True)
def test_answers_racing_decide_once() -> None:
    ana, ben = UserFactory.create(), private()
    services.follow(actor=ana, target=ben)
    key = waiting(ben).pk
    acts: list[Callable[..., None]] = [services.approve_follow, services.decline_follow]
    results = race(lambda number: acts[number % 2](actor=ben, request_id=key), threads=8)
    assert results.count(None) == 1
    assert counts(ben) == ((1, 0) if Follow.objects.exists() else (0, 0))


def test_the_database_itself_refuses_doubles_and_loops() -> None:
    ana, ben = UserFactory.create_batch(2)
    FollowRequest.objects.create(requester=ana, requested=ben)
    for one, other in ((ana, ben), (ana, ana)):
        with pytest.raises(IntegrityError), transaction.atomic():
            FollowRequest.objects.create(requester=one, requested=other)


def test_over_rest_a_follow_waits_is_listed_and_answered() -> None:
    ana, ben = UserFactory.create(), private()
    answer = client(ana).post(f"/api/v1/users/{ben.username}/follow")
    assert {"following": False, "followed_by": False, "requested": True}.items() <= answer.json()["data"].items()
    assert client(ana).get(f"/api/v1/users/{ben.username}/follow-status").json()["data"]["requested"] is True
    received, sent = client(ben).get("/api/v1/follow-requests").json()["data"], client(ana).get("/api/v1/follow-requests/sent").json()["data"]
    assert [row["user"]["username"] for row in received] == [ana.username]
    assert [row["user"]["username"] for row in sent] == [ben.username]
    assert client(ana).post(f"/api/v1/follow-requests/{received[0]['id']}/approve").status_code == 404
    assert client(ben).post(f"/api/v1/follow-requests/{received[0]['id']}/approve").status_code == 204
    assert client(ana).get(f"/api/v1/users/{ben.username}/follow-status").json()["data"]["following"] is True
    assert client(ben).post(f"/api/v1/follow-requests/{received[0]['id']}/decline").status_code == 404


def test_followers_and_following_of_a_private_account_are_for_its_followers() -> None:
    ben, fan, stranger = private(), UserFactory.create(), UserFactory.create()
    Follow.objects.create(follower=fan, followed=ben)
    Follow.objects.create(follower=ben, followed=stranger)
    for side in ("followers", "following"):
        shown = {viewer: len(client(viewer).get(f"/api/v1/users/{ben.username}/{side}").json()["data"]) for viewer in (None, stranger, fan, ben)}
        assert shown == {None: 0, stranger: 0, fan: 1, ben: 1}


@pytest.mark.parametrize("path", ["follow-requests", "follow-requests/sent"])
def test_lists_cost_the_same_however_long(path: str, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    ben, costs = private(), []
    for size in (1, 6):
        for _ in range(size):
            services.follow(actor=UserFactory.create(), target=ben)
            services.follow(actor=ben, target=private())
        costs.append(count_queries(lambda: client(ben).get(f"/api/v1/{path}")))
    assert costs[0] == costs[1] <= 2


@pytest.mark.parametrize(("circle", "stranger", "followed", "friend"), [
    ("everyone", True, True, True), ("followed", False, True, False), ("friends", False, False, True), ("nobody", False, False, False),
])  # fmt: skip
def test_a_choice_lets_in_whom_it_says(circle: str, stranger: bool, followed: bool, friend: bool) -> None:
    owner = UserFactory.create(messages_from=circle, found_by_email=circle)
    people = UserFactory.create_batch(3)
    services.follow(actor=owner, target=people[1])
    services.request_friendship(actor=owner, target=people[2])
    services.request_friendship(actor=people[2], target=owner)
    expected = [stranger, followed, friend]
    assert [policies.lets_in(owner, "messages_from", person) for person in people] == expected
    assert [owner in User.objects.filter(lets_in(person, "messages_from")) for person in people] == expected
    assert [person in User.objects.filter(within_circle(owner, "messages_from")) for person in people] == expected
    assert policies.lets_in(owner, "messages_from", owner)
    assert [owner in people_called(person, f" {str(owner.email).upper()}").items for person in people] == expected


def test_an_address_nobody_confirmed_finds_nobody() -> None:
    viewer = UserFactory.create()
    owner = UserFactory.create(found_by_email="everyone", address__verified=False)
    assert people_called(viewer, str(owner.email)).items == []
    hidden = UserFactory.create(found_by_email="everyone")
    services.block(actor=hidden, target=viewer)
    assert people_called(viewer, str(hidden.email)).items == []


def test_friend_requests_are_taken_from_whom_one_chose() -> None:
    ana, ben = UserFactory.create(), UserFactory.create(friend_requests_from="followed")
    with pytest.raises(Forbidden) as refused:
        services.request_friendship(actor=ana, target=ben)
    assert refused.value.code == "friend_requests_closed"
    services.follow(actor=ben, target=ana)
    assert services.request_friendship(actor=ana, target=ben).receiver == ben


@pytest.mark.django_db(transaction=True)
def test_following_an_account_that_is_public_by_now_takes_the_old_request_away(told: list[type[Event]]) -> None:
    ana, ben = UserFactory.create(), private()
    services.follow(actor=ana, target=ben)
    User.objects.filter(pk=ben.pk).update(is_private=False)
    told.clear()
    assert services.follow(actor=ana, target=ben)
    assert not FollowRequest.objects.exists()
    assert told == [FollowRequestClosed, Followed]
    assert counts(ben) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_unfollowing_takes_a_request_away_as_well(told: list[type[Event]]) -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    services.follow(actor=ana, target=ben)
    FollowRequest.objects.create(requester=ana, requested=ben)
    told.clear()
    assert services.unfollow(actor=ana, target=ben)
    assert not FollowRequest.objects.exists()
    assert not Follow.objects.exists()
    assert sorted(kind.__name__ for kind in told) == ["FollowRequestClosed", "Unfollowed"]
    assert counts(ben) == (0, 0)
    assert not services.unfollow(actor=ana, target=ben)


def test_letting_everybody_in_stops_once_the_account_is_private_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ben, askers = private(), UserFactory.create_batch(3)
    for asker in askers:
        services.follow(actor=asker, target=ben)
    User.objects.filter(pk=ben.pk).update(is_private=False)
    approve = requests._approve

    def approve_and_close(request: FollowRequest) -> None:
        approve(request)
        User.objects.filter(pk=ben.pk).update(is_private=True)

    monkeypatch.setattr(requests, "_approve", approve_and_close)
    assert services.approve_all_waiting(user_id=ben.pk) == 1
    assert FollowRequest.objects.filter(requested=ben).count() == 2
    assert counts(ben) == (1, 0)


def test_nobody_is_suggested_whom_one_has_asked_to_follow() -> None:
    ana, ben, cem = UserFactory.create(), UserFactory.create(), private()
    services.follow(actor=ben, target=cem)
    services.approve_follow(actor=cem, request_id=waiting(cem).pk)
    assert cem in [suggestion.person for suggestion in suggestions_for(ana)]
    services.follow(actor=ana, target=cem)
    assert cem not in [suggestion.person for suggestion in suggestions_for(ana)]


@pytest.mark.django_db(transaction=True)
def test_a_follower_is_removed_without_a_block_and_may_come_back(told: list[type[Event]]) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    for follower in (ana, cem):
        services.follow(actor=follower, target=ben)
    services.follow(actor=ben, target=ana)
    told.clear()
    for _ in range(2):
        assert client(ben).delete(f"/api/v1/users/me/followers/{ana.username}").status_code == 204
    assert told == [Unfollowed]
    assert set(Follow.objects.values_list("follower", "followed")) == {(cem.pk, ben.pk), (ben.pk, ana.pk)}
    assert (counts(ben), counts(ana)) == ((1, 1), (1, 0))
    assert client(None).delete(f"/api/v1/users/me/followers/{cem.username}").status_code == 401
    assert services.follow(actor=ana, target=ben)


def test_removing_is_offered_on_ones_own_list_alone() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    services.follow(actor=ana, target=ben)
    mine, theirs = Browser(), Browser()
    mine.force_login(ben)
    theirs.force_login(ana)
    path = f"/{ana.username}/remove-follower/"
    assert path in mine.get(f"/{ben.username}/followers/").content.decode()
    assert "remove-follower" not in mine.get(f"/{ben.username}/following/").content.decode()
    assert "remove-follower" not in theirs.get(f"/{ben.username}/followers/").content.decode()
    assert mine.post(path).status_code == 302
    assert not Follow.objects.exists()
