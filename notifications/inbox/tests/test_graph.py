"""What friendships tell, and what mutes keep away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from notifications.inbox import selectors, wording
from social.graph import services as graph
from social.graph.models import Mute
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
