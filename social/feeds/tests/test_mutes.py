"""What a mute keeps from its maker, and from nobody else: posts in feeds, comments under posts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.paging import DEFAULT_LIMIT
from social.feeds import selectors
from social.feeds.cache import public_page
from social.graph import services
from social.graph.models import KeywordMute, Mute
from social.posts import services as posts
from social.posts.models import Audience
from social.posts.selectors import threads
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]
FEEDS = ["feeds/home", "feeds/public"]


def bodies(client: APIClient, path: str) -> list[str]:
    return [post["body"] for post in client.get(f"/api/v1/{path}").json()["data"]]


@pytest.mark.parametrize("path", FEEDS)
def test_posts_of_the_muted_and_posts_with_muted_words_are_in_no_feed_of_the_muter_alone(as_person: Client, path: str) -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    for person in (ana, dia):
        services.follow(actor=person, target=ben)
        services.follow(actor=person, target=cem)
    make_post(ben, body="From Ben")
    make_post(cem, body="From Cem, with a SPOILER")
    make_post(cem, body="From Cem")
    assert len(bodies(as_person(ana), path)) == 3
    services.mute(actor=ana, target=ben)
    services.mute_keyword(actor=ana, keyword="spoiler")
    assert bodies(as_person(ana), path) == ["From Cem"]
    assert len(bodies(as_person(dia), path)) == 3
    assert bodies(as_person(ana), f"users/{ben.username}/posts") == ["From Ben"], "whoever goes there sees it"
    Mute.objects.update(until=timezone.now() - timedelta(seconds=1))
    KeywordMute.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert len(bodies(as_person(ana), path)) == 3


def test_a_page_kept_for_everybody_leaves_out_what_its_reader_does_not_meet(as_person: Client) -> None:
    ana, ben, cem, dia, eve = UserFactory.create_batch(5)
    for author in (ben, cem, dia):
        make_post(author, body=f"From {author.pk}")
    make_post(eve, body="A SPOILER")
    assert len(bodies(as_person(ana), "feeds/public")) == 4
    services.mute(actor=ana, target=ben)
    services.block(actor=ana, target=cem)
    services.block(actor=dia, target=ana)
    services.mute_keyword(actor=ana, keyword="spoiler")
    assert len(public_page(DEFAULT_LIMIT, pytest.fail).posts) == 4, "still the page that was kept"
    assert bodies(as_person(ana), "feeds/public") == []
    assert len(bodies(APIClient(), "feeds/public")) == 4


@pytest.mark.parametrize("path", FEEDS)
def test_private_accounts_and_posts_for_some_reach_only_whom_they_are_for(as_person: Client, path: str) -> None:
    closed, follower, friend, stranger = UserFactory.create_batch(4)
    for audience in Audience:
        make_post(closed, body=audience, audience=audience)
    services.follow(actor=follower, target=closed)
    for one, other in ((friend, closed), (closed, friend)):
        services.request_friendship(actor=one, target=other)
    User.objects.filter(pk=closed.pk).update(is_private=True)
    everywhere = path == "feeds/public"
    assert bodies(APIClient(), "feeds/public") == bodies(as_person(stranger), path) == []
    assert bodies(as_person(follower), path) == ([] if everywhere else ["followers", "public"])
    assert bodies(as_person(friend), path) == ([] if everywhere else ["friends"])
    assert len(bodies(as_person(closed), path)) == (0 if everywhere else 4)


def test_ones_own_posts_stay_whatever_words_one_mutes(as_person: Client) -> None:
    ana = UserFactory.create()
    make_post(ana, body="A spoiler of my own")
    services.mute_keyword(actor=ana, keyword="spoiler")
    assert bodies(as_person(ana), "feeds/home") == ["A spoiler of my own"]


def test_new_posts_of_the_muted_are_not_announced() -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    first = make_post(ana)
    make_post(ben)
    assert selectors.count_newer(ana, str(first.pk)) == 1
    services.mute(actor=ana, target=ben)
    assert selectors.count_newer(ana, str(first.pk)) == 0


def test_comments_of_the_muted_vanish_for_the_muter_and_answers_to_them_stay() -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    post = make_post(ana)
    first = posts.create_comment(author=ben, post=post, body="By Ben")
    posts.create_comment(author=cem, post=post, body="By Cem", parent=first)
    alone = make_comment(post, author=ben)
    services.mute(actor=ana, target=ben)
    (thread,) = threads(ana, post).items
    assert thread.is_placeholder
    assert [reply.body for reply in thread.replies] == ["By Cem"]
    assert {thread.comment.pk for thread in threads(cem, post).items} == {first.pk, alone.pk}


def test_muted_words_cost_no_query_more(count_queries: Callable[..., int]) -> None:
    ana, ben = UserFactory.create_batch(2)
    services.follow(actor=ana, target=ben)
    for _ in range(3):
        make_post(ben)
    before = count_queries(lambda: selectors.home_feed(ana))
    for number in range(20):
        services.mute_keyword(actor=ana, keyword=f"word {number}")
    assert count_queries(lambda: selectors.home_feed(ana)) == before
