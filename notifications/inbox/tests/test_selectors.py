"""What a line says beyond its row: words of what it is about, and somebody who is there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.users.models import User
from accounts.users.services import lift_suspension, suspend_user
from accounts.users.tests.factories import UserFactory
from notifications.inbox import selectors, services, wording
from notifications.inbox.models import Kind, Notification
from social.graph.services import block, follow
from social.posts.services import like_post
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> User:
    person: User = UserFactory.create(username="ana")
    return person


def suspend(person: User) -> None:
    suspend_user(user=person, until=timezone.now() + timedelta(days=1), reason="Spam")


def line_of(viewer: User) -> Notification:
    [line] = selectors.inbox(viewer).items
    return line


def test_line_quotes_what_it_is_about(ana: User) -> None:
    post = make_post(ana, body="A walk by the sea")
    like_post(actor=UserFactory.create(), post=post)
    assert line_of(ana).excerpt == "A walk by the sea"
    client = Client()
    client.force_login(ana)
    assert "A walk by the sea" in client.get("/notifications/").content.decode()


def test_quotes_are_words_without_markup(ana: User) -> None:
    post = make_post(ana, body="A *walk* by the **sea**, see [the map](https://example.org)\n\n- and `1 < 2`")
    like_post(actor=UserFactory.create(), post=post)
    assert line_of(ana).excerpt == "A walk by the sea, see the map and 1 < 2"


def test_group_names_somebody_who_is_there_when_the_latest_is_suspended(ana: User) -> None:
    post = make_post(ana)
    first, second = UserFactory.create(display_name="First"), UserFactory.create(display_name="Second")
    earlier = make_comment(post, first)
    make_comment(post, second)
    assert wording.who(line_of(ana)) == "Second and 1 other"
    suspend(second)
    line = line_of(ana)
    assert (wording.who(line), line.path) == ("First", earlier.get_absolute_url())
    assert selectors.unread_count(ana) == 1
    lift_suspension(user=User.objects.get(pk=second.pk))
    assert wording.who(line_of(ana)) == "Second and 1 other"


def test_line_is_gone_when_nobody_in_it_is_there(ana: User) -> None:
    for follower in UserFactory.create_batch(2):
        follow(actor=follower, target=ana)
        suspend(follower)
    assert selectors.inbox(ana).items == []
    assert selectors.unread_count(ana) == 0


def test_group_never_names_somebody_blocked(ana: User) -> None:
    post = make_post(ana)
    kept, blocked = UserFactory.create(), UserFactory.create()
    for person in (kept, blocked):
        like_post(actor=person, post=post)
    block(actor=ana, target=blocked)
    assert (line_of(ana).actor, line_of(ana).actor_count) == (kept, 1)


def test_one_follower_leads_to_their_profile_and_several_to_the_list(ana: User) -> None:
    first, second = UserFactory.create(username="first"), UserFactory.create()
    follow(actor=first, target=ana)
    assert line_of(ana).path == "/first/"
    follow(actor=second, target=ana)
    assert line_of(ana).path == "/ana/followers/"


def test_bell_leaves_messages_to_the_chats(ana: User) -> None:
    Notification.objects.create(recipient=ana, actor=UserFactory.create(), actor_count=1, kind=Kind.MESSAGE, group_key="message:x", path="/chats/")
    assert selectors.unread_count(ana) == 0
    assert selectors.has_unread(ana)
    services.notify(recipient=ana, actor=UserFactory.create(), kind=Kind.FOLLOW, thing="follow:x", path="/x/")
    assert selectors.unread_count(ana) == 1


def test_inbox_costs_the_same_however_long_it_is(ana: User, count_queries: Callable[..., int]) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            post = make_post(ana)
            like_post(actor=UserFactory.create(), post=post)
            late = UserFactory.create()
            make_comment(post, UserFactory.create())
            make_comment(post, late)
            suspend(late)

    fill(2)
    before = count_queries(lambda: selectors.inbox(ana))
    fill(5)
    assert count_queries(lambda: selectors.inbox(ana)) == before
