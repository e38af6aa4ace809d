"""What becomes a line of the inbox: driven through the services people use, handlers and tasks included."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from chat.conversations.tests.factories import make_pair
from chat.messages.services.receipts import mark_read as read_conversation
from chat.messages.services.sending import send_message
from core.errors import NotFound
from core.testing.threads import race
from notifications.inbox import selectors, services, wording
from notifications.inbox.handlers import forget_post
from notifications.inbox.models import Cause, Kind, Notification
from social.graph.services import block, follow, unfollow
from social.posts import services as posts
from social.posts.events import PostDeleted
from social.posts.models import Audience
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db(transaction=True)


def lines(person: User) -> list[Notification]:
    return selectors.inbox(person).items


def sentences(person: User) -> list[str]:
    return [wording.sentence(line) for line in lines(person)]


@pytest.fixture
def ana() -> User:
    return UserFactory.create(display_name="Ana")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(display_name="Ben")


def test_follow_is_told_once_and_taken_back(ana: User, ben: User) -> None:
    follow(actor=ben, target=ana)
    assert sentences(ana) == ["Ben followed you"]
    assert lines(ana)[0].path == f"/{ben.username}/"
    unfollow(actor=ben, target=ana)
    assert lines(ana) == []


def test_follow_read_and_repeated_is_not_told_again(ana: User, ben: User) -> None:
    follow(actor=ben, target=ana)
    services.mark_all_read(viewer=ana)
    unfollow(actor=ben, target=ana)
    follow(actor=ben, target=ana)
    assert (len(lines(ana)), selectors.unread_count(ana)) == (1, 0)


def test_likes_of_a_post_join_one_line(ana: User) -> None:
    post = make_post(ana)
    for name in ("Ben", "Cleo", "Dan"):
        posts.like_post(actor=UserFactory.create(display_name=name), post=post)
    assert sentences(ana) == ["Dan and 2 others liked your post"]
    assert selectors.unread_count(ana) == 1


def test_likes_after_reading_begin_a_new_line(ana: User) -> None:
    post = make_post(ana)
    posts.like_post(actor=UserFactory.create(display_name="Ben"), post=post)
    services.mark_all_read(viewer=ana)
    posts.like_post(actor=UserFactory.create(display_name="Cleo"), post=post)
    assert sentences(ana) == ["Cleo liked your post", "Ben liked your post"]


def test_unlike_shrinks_the_line_and_then_removes_it(ana: User) -> None:
    post, ben, cleo = make_post(ana), UserFactory.create(display_name="Ben"), UserFactory.create(display_name="Cleo")
    posts.like_post(actor=ben, post=post)
    posts.like_post(actor=cleo, post=post)
    posts.unlike_post(actor=cleo, post=post)
    assert sentences(ana) == ["Ben liked your post"]
    posts.unlike_post(actor=ben, post=post)
    assert lines(ana) == []


def test_nobody_is_told_of_what_they_did_themselves(ana: User) -> None:
    post = make_post(ana)
    posts.like_post(actor=ana, post=post)
    make_comment(post, ana, parent=make_comment(post, ana))
    assert not Notification.objects.exists()
    assert not Cause.objects.exists()


def test_comment_goes_to_the_author_of_the_post_and_reply_to_whom_it_answers(ana: User, ben: User) -> None:
    post = make_post(ana)
    comment = make_comment(post, ben)
    assert sentences(ana) == ["Ben commented on your post"]
    cleo = UserFactory.create(display_name="Cleo")
    make_comment(post, cleo, parent=comment)
    assert sentences(ben) == ["Cleo replied to your comment"]
    assert sentences(ana) == ["Cleo and 1 other commented on your post"]


def test_author_of_post_and_parent_hears_of_a_reply_once(ana: User, ben: User) -> None:
    post = make_post(ana)
    make_comment(post, ben, parent=make_comment(post, ana))
    assert sentences(ana) == ["Ben replied to your comment"]


def test_two_comments_by_one_person_count_one_person(ana: User, ben: User) -> None:
    post = make_post(ana)
    make_comment(post, ben)
    make_comment(post, ben)
    assert sentences(ana) == ["Ben commented on your post"]


def test_what_is_about_something_gone_goes_with_it(ana: User, ben: User) -> None:
    post = make_post(ana)
    comment = make_comment(post, ben)
    posts.like_comment(actor=ana, comment=comment)
    assert (len(lines(ana)), len(lines(ben))) == (1, 1)
    services.mark_all_read(viewer=ana)
    posts.delete_comment(actor=ben, comment=comment)
    assert (lines(ana), lines(ben)) == ([], [])
    posts.like_post(actor=ben, post=post)
    posts.delete_post(actor=ana, post=post)
    assert lines(ana) == []


def test_block_takes_the_other_out_of_both_inboxes_and_keeps_the_rest(ana: User, ben: User) -> None:
    post, cleo = make_post(ana), UserFactory.create(display_name="Cleo")
    posts.like_post(actor=cleo, post=post)
    posts.like_post(actor=ben, post=post)
    follow(actor=ana, target=ben)
    block(actor=ana, target=ben)
    assert sentences(ana) == ["Cleo liked your post"]
    assert lines(ben) == []


def test_nothing_is_told_across_a_block(ana: User, ben: User) -> None:
    block(actor=ana, target=ben)
    assert not services.notify(recipient=ana, actor=ben, kind=Kind.FOLLOW, thing="follow:x", path="/")
    assert not Notification.objects.exists()


def test_suspended_person_is_not_seen_in_the_inbox(ana: User, ben: User) -> None:
    follow(actor=ben, target=ana)
    suspend_user(user=ben, until=timezone.now() + timedelta(days=1), reason="spam")
    assert (lines(ana), selectors.unread_count(ana)) == ([], 0)


def test_messages_make_one_line_for_those_who_have_not_read(ana: User) -> None:
    ana, ben, conversation = make_pair()
    for number in range(3):
        send_message(sender=ben, conversation_id=conversation.pk, body=str(number))
    assert sentences(ana) == [f"{ben.name} sent you a message"]
    assert (lines(ana)[0].up_to, lines(ana)[0].path, lines(ben)) == (3, f"/chats/{conversation.pk}/", [])


def test_person_who_has_read_is_not_told(ana: User) -> None:
    ana, ben, conversation = make_pair()
    sent = send_message(sender=ben, conversation_id=conversation.pk, body="hello")
    read_conversation(actor=ana, conversation_id=conversation.pk)
    assert selectors.unread_count(ana) == 0
    Notification.objects.all().delete()
    services.tell_of_messages(message_ids=[sent.id])
    assert lines(ana) == []


def test_telling_of_the_same_messages_again_changes_nothing(ana: User) -> None:
    ana, ben, conversation = make_pair()
    sent = send_message(sender=ben, conversation_id=conversation.pk, body="hello")
    services.mark_all_read(viewer=ana)
    services.tell_of_messages(message_ids=[sent.id])
    assert (len(lines(ana)), selectors.unread_count(ana)) == (1, 0)
    send_message(sender=ben, conversation_id=conversation.pk, body="again")
    assert (len(lines(ana)), Notification.objects.filter(recipient=ana).unread().count()) == (2, 1)


def test_messages_of_both_sides_in_one_batch_reach_both(ana: User) -> None:
    ana, ben, conversation = make_pair()
    sent = [send_message(sender=sender, conversation_id=conversation.pk, body="x").id for sender in (ana, ben)]
    Notification.objects.all().delete()
    services.tell_of_messages(message_ids=sent)
    assert sentences(ana) == [f"{ben.name} sent you a message"]
    assert sentences(ben) == [f"{ana.name} sent you a message"]


def test_fifty_likes_at_once_make_one_line_of_fifty(ana: User) -> None:
    post, people = make_post(ana), UserFactory.create_batch(50)
    outcomes = race(lambda number: posts.like_post(actor=people[number], post=post), threads=50)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    [line] = lines(ana)
    assert (line.actor_count, line.causes.count()) == (50, 50)


def test_the_same_thing_told_at_once_is_told_once(ana: User, ben: User) -> None:
    tell: dict[str, Any] = {"recipient": ana, "actor": ben, "kind": Kind.FOLLOW, "thing": "follow:ben", "path": "/ben/"}
    outcomes = race(lambda _: services.notify(**tell), threads=10)
    assert sorted(map(str, outcomes)) == ["False"] * 9 + ["True"]
    assert [line.actor_count for line in lines(ana)] == [1]


def test_reading_while_more_arrives_loses_nothing(ana: User) -> None:
    post, people = make_post(ana), UserFactory.create_batch(12)

    def act(number: int) -> None:
        if number % 3 == 0:
            services.mark_all_read(viewer=ana)
        else:
            posts.like_post(actor=people[number], post=post)

    race(act, threads=12)
    assert sum(line.actor_count for line in lines(ana)) == Cause.objects.filter(recipient=ana).count() == 8


def test_rolled_back_change_tells_nobody(ana: User, ben: User) -> None:
    with transaction.atomic():
        follow(actor=ben, target=ana)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()


def test_line_of_another_person_does_not_exist(ana: User, ben: User) -> None:
    follow(actor=ben, target=ana)
    line = lines(ana)[0]
    for refuse in (services.mark_read, services.delete_notification):
        with pytest.raises(NotFound):
            refuse(viewer=ben, notification_id=line.pk)
    assert selectors.unread_count(ana) == 1


def test_author_of_a_comment_who_no_longer_sees_the_post_hears_neither_of_replies_nor_of_likes(ana: User, ben: User) -> None:
    post, cleo = make_post(ana), UserFactory.create(display_name="Cleo")
    comment = make_comment(post, ben)
    follow(actor=cleo, target=ana)
    posts.edit_post(actor=ana, post=post, audience=Audience.FOLLOWERS)
    make_comment(post, cleo, parent=comment)
    posts.like_comment(actor=cleo, comment=comment)
    assert lines(ben) == []
    assert not Notification.objects.filter(recipient=ben).exists()
    follow(actor=ben, target=ana)
    make_comment(post, cleo, parent=comment)
    assert sentences(ben) == ["Cleo replied to your comment"]


def test_a_post_that_goes_takes_its_lines_along_in_the_same_queries_for_any_number_of_comments(
    ana: User, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    def cost(comments: int) -> int:
        post, ben, cleo = make_post(ana), UserFactory.create(), UserFactory.create()
        for _ in range(comments):
            posts.like_comment(actor=cleo, comment=make_comment(post, ben))
        assert Notification.objects.filter(recipient=ben).count() == comments
        with transaction.atomic():
            taken = count_queries(lambda: forget_post(PostDeleted(post_id=post.pk, author_id=ana.pk)))
        assert not Notification.objects.filter(target_id=post.pk).exists()
        assert lines(ben) == []
        return taken

    assert cost(2) == cost(9)
