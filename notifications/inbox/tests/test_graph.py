"""What friendships tell, and what mutes keep away."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.events import outbox
from core.events.models import OutboxEvent
from core.testing.threads import race
from notifications.inbox import selectors, wording
from notifications.inbox.models import Notification
from social.graph import services as graph
from social.graph.models import Follow, FollowRequest, Mute
from social.posts import services as posts
from social.posts.tests.factories import make_post

pytestmark = pytest.mark.django_db(transaction=True)


def sentences(person: User) -> list[str]:
    return [wording.sentence(line) for line in selectors.inbox(person).items]


@pytest.fixture
def ana() -> User:
    return UserFactory.create(display_name="Ana")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(display_name="Ben")


@pytest.fixture
def cem() -> User:
    return UserFactory.create(display_name="Cem")


def test_requests_join_one_line_that_goes_with_them(ana: User, ben: User, cem: User) -> None:
    first, second = (graph.request_friendship(actor=person, target=ana) for person in (ben, cem))
    assert sentences(ana) == ["Cem and 1 other would like to be your friend"]
    assert selectors.inbox(ana).items[0].path == "/friends/requests/"
    graph.decline_request(actor=ana, request_id=second.pk)
    assert sentences(ana) == ["Ben would like to be your friend"]
    graph.cancel_request(actor=ben, request_id=first.pk)
    assert sentences(ana) == []
    assert sentences(cem) == [], "that it was declined is not told"


def test_who_asked_hears_of_the_answer(ana: User, ben: User) -> None:
    graph.accept_request(actor=ben, request_id=graph.request_friendship(actor=ana, target=ben).pk)
    assert sentences(ana) == ["Ben accepted your friend request"]
    assert selectors.inbox(ana).items[0].path == f"/{ben.username}/"
    assert sentences(ben) == []
    graph.remove_friend(actor=ben, friend=ana)
    assert sentences(ana) == []


def test_several_answers_lead_to_the_list_of_friends(ana: User, ben: User, cem: User) -> None:
    for person in (ben, cem):
        graph.accept_request(actor=person, request_id=graph.request_friendship(actor=ana, target=person).pk)
    assert (sentences(ana), selectors.inbox(ana).items[0].path) == (["Cem and 1 other accepted your friend request"], "/friends/")


def test_what_the_muted_do_is_not_told_and_what_was_told_is_hidden_meanwhile(ana: User, ben: User, cem: User) -> None:
    post = make_post(ana)
    posts.like_post(actor=cem, post=post)
    posts.like_post(actor=ben, post=post)
    graph.follow(actor=ben, target=ana)
    graph.mute(actor=ana, target=ben)
    assert sentences(ana) == ["Cem liked your post"]
    assert selectors.unread_count(ana) == 1
    posts.create_comment(author=ben, post=post, body="Look")
    assert sentences(ana) == ["Cem liked your post"]
    Mute.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert sorted(sentences(ana)) == ["Ben and 1 other liked your post", "Ben followed you"]


def test_what_is_written_with_a_muted_word_is_not_told(ana: User, ben: User) -> None:
    post = make_post(ana)
    graph.mute_keyword(actor=ana, keyword="spoiler")
    posts.create_comment(author=ben, post=post, body="A Spoiler!")
    assert sentences(ana) == []
    posts.create_comment(author=ben, post=post, body="Nothing of the kind")
    assert sentences(ana) == ["Ben commented on your post"]


def owed(name: str) -> OutboxEvent:
    return OutboxEvent.objects.get(name=f"social.graph.{name}")


@pytest.mark.usefixtures("no_worker")
def test_who_follows_does_not_wait_until_the_other_is_told(ana: User, ben: User) -> None:
    graph.follow(actor=ben, target=ana)
    assert sentences(ana) == []
    outbox.dispatch(owed("Followed").pk)
    assert sentences(ana) == ["Ben followed you"]


@pytest.mark.usefixtures("no_worker")
def test_nobody_is_told_of_a_follow_that_was_taken_back(ana: User, ben: User) -> None:
    graph.follow(actor=ben, target=ana)
    graph.unfollow(actor=ben, target=ana)
    assert outbox.dispatch(owed("Followed").pk)
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize("is_private", [False, True])
def test_a_follow_taken_back_while_it_is_told_of_leaves_no_line(ana: User, ben: User, is_private: bool) -> None:
    User.objects.filter(pk=ana.pk).update(is_private=is_private)
    for _ in range(5):
        graph.follow(actor=ben, target=ana)
        row = owed("FollowRequested" if is_private else "Followed")
        acts: list[Callable[[], object]] = [partial(outbox.dispatch, row.pk), partial(graph.unfollow, actor=ben, target=ana)]
        assert race(lambda number, acts=acts: acts[number](), threads=2) == [True, True]  # type: ignore[misc]
        assert not Follow.objects.exists()
        assert not FollowRequest.objects.exists()
        assert not Notification.objects.exists()
