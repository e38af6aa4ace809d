from collections.abc import Callable
from typing import Any

import pytest

from accounts.users.models import User
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.events.models import OutboxEvent
from core.testing.threads import race
from social.graph import services as graph
from social.posts import selectors, services
from social.posts.models import Audience, Comment, CommentLike, Post, PostLike
from social.posts.tests.factories import make_comment, make_person, make_post

pytestmark = pytest.mark.django_db


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_a_post_is_cleaned_and_rendered() -> None:
    post = make_post(body="  one *two*\r\nthree\x00 ")
    assert post.body == "one *two*\nthree"
    assert post.body_html == "<p>one <em>two</em><br>\nthree</p>\n"


@pytest.mark.parametrize(("body", "code"), [("", "empty_post"), (" \n\t", "empty_post"), ("x" * 5_001, "post_too_long")])
def test_a_post_without_words_or_with_too_many_is_refused(body: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_post(body=body)
    assert refused.value.code == code
    assert not Post.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_a_post_may_have_exactly_the_length_allowed() -> None:
    assert len(make_post(body="x" * 5_000).body) == 5_000


def test_editing_words_marks_the_post_and_editing_the_audience_does_not() -> None:
    post = make_post()
    services.edit_post(actor=post.author, post=post, audience=Audience.FOLLOWERS)
    assert fresh(post).edited_at is None
    services.edit_post(actor=post.author, post=post, body=post.body)
    assert fresh(post).edited_at is None
    services.edit_post(actor=post.author, post=post, body="Other words")
    assert fresh(post).edited_at is not None
    assert fresh(post).body_html == "<p>Other words</p>\n"


def test_only_the_author_edits_or_deletes_a_post() -> None:
    post, other = make_post(), make_person()
    with pytest.raises(Forbidden):
        services.edit_post(actor=other, post=post, body="Mine now")
    with pytest.raises(Forbidden):
        services.delete_post(actor=other, post=post)
    assert fresh(post).body == "Hello there"
    assert fresh(post).is_live


def test_a_deleted_post_takes_its_comments_out_of_sight() -> None:
    post = make_post()
    comment = make_comment(post)
    services.delete_post(actor=post.author, post=post)
    for look in (lambda: selectors.post_detail(post.author, post.pk), lambda: selectors.comment_detail(comment.author, comment.pk)):
        with pytest.raises(NotFound):
            look()


def test_hiding_and_showing_again_is_idempotent() -> None:
    post = make_post()
    assert [services.hide_post(post=post), services.hide_post(post=post)] == [True, False]
    with pytest.raises(NotFound):
        selectors.post_detail(post.author, post.pk)
    assert [services.unhide_post(post=post), services.unhide_post(post=post)] == [True, False]
    assert selectors.post_detail(None, post.pk) == post


def test_comments_count_at_any_depth_and_replies_count_on_the_thread() -> None:
    post = make_post()
    first = make_comment(post)
    second = make_comment(post, parent=first)
    third = make_comment(post, parent=second)
    assert (second.thread_id, third.thread_id, third.parent_id) == (first.pk, first.pk, second.pk)
    assert fresh(post).comment_count == 3
    assert (fresh(first).reply_count, fresh(second).reply_count) == (2, 0)


def test_a_comment_cannot_answer_one_of_another_post_or_one_that_is_gone() -> None:
    post, elsewhere = make_post(), make_comment(make_post())
    gone = make_comment(post)
    services.delete_comment(actor=gone.author, comment=gone)
    for parent in (elsewhere, gone):
        with pytest.raises(Conflict) as refused:
            make_comment(post, parent=parent)
        assert refused.value.code == "parent_gone"
    assert fresh(post).comment_count == 0


@pytest.mark.parametrize(("body", "code"), [(" ", "empty_comment"), ("x" * 2_001, "comment_too_long")])
def test_a_comment_without_words_or_with_too_many_is_refused(body: str, code: str) -> None:
    post = make_post()
    with pytest.raises(Invalid) as refused:
        make_comment(post, body=body)
    assert refused.value.code == code
    assert not Comment.objects.exists()


def test_a_deleted_comment_with_replies_leaves_a_placeholder_and_without_leaves_nothing() -> None:
    post = make_post()
    first, lonely = make_comment(post), make_comment(post)
    reply = make_comment(post, parent=first)
    for comment in (first, lonely):
        services.delete_comment(actor=comment.author, comment=comment)
    [thread] = selectors.threads(None, post).items
    assert (thread.comment.pk, thread.is_placeholder) == (first.pk, True)
    assert thread.replies == [reply]
    assert fresh(post).comment_count == 1
    services.delete_comment(actor=reply.author, comment=reply)
    assert selectors.threads(None, post).items == []
    assert fresh(post).comment_count == 0


def test_a_comment_is_deleted_by_its_author_or_the_posts_and_by_nobody_else() -> None:
    post = make_post()
    one, two = make_comment(post), make_comment(post)
    with pytest.raises(Forbidden):
        services.delete_comment(actor=make_person(), comment=one)
    assert fresh(one).is_live
    services.delete_comment(actor=one.author, comment=one)
    services.delete_comment(actor=post.author, comment=two)
    assert fresh(post).comment_count == 0


def test_only_the_author_edits_a_comment() -> None:
    comment = make_comment(make_post())
    with pytest.raises(Forbidden):
        services.edit_comment(actor=comment.post.author, comment=comment, body="You said this")
    assert fresh(comment).body == "Well said"
    assert services.edit_comment(actor=comment.author, comment=comment, body="Better said").edited_at is not None


def test_hiding_a_comment_moves_the_counts_and_showing_it_brings_them_back() -> None:
    post = make_post()
    first = make_comment(post)
    reply = make_comment(post, parent=first)
    assert [services.hide_comment(comment=reply), services.hide_comment(comment=reply)] == [True, False]
    assert (fresh(post).comment_count, fresh(first).reply_count) == (1, 0)
    assert [services.unhide_comment(comment=reply), services.unhide_comment(comment=reply)] == [True, False]
    assert (fresh(post).comment_count, fresh(first).reply_count) == (2, 1)


def test_a_comment_deleted_while_hidden_is_not_counted_twice() -> None:
    post = make_post()
    comment = make_comment(post)
    services.hide_comment(comment=comment)
    with pytest.raises(NotFound):
        services.delete_comment(actor=comment.author, comment=comment)
    assert fresh(post).comment_count == 0


Act = Callable[[User, Post, Comment], object]
ACTS: list[Act] = [
    lambda person, post, comment: services.like_post(actor=person, post=post),
    lambda person, post, comment: services.unlike_post(actor=person, post=post),
    lambda person, post, comment: services.create_comment(author=person, post=post, body="Hi"),
    lambda person, post, comment: services.create_comment(author=person, post=post, body="Hi", parent=comment),
    lambda person, post, comment: services.like_comment(actor=person, comment=comment),
    lambda person, post, comment: services.unlike_comment(actor=person, comment=comment),
    lambda person, post, comment: services.edit_post(actor=person, post=post, body="Mine"),
    lambda person, post, comment: services.delete_post(actor=person, post=post),
    lambda person, post, comment: services.edit_comment(actor=person, comment=comment, body="Mine"),
    lambda person, post, comment: services.delete_comment(actor=person, comment=comment),
]


def refuse_by_block(person: User, post: Post) -> None:
    graph.block(actor=post.author, target=person)


def refuse_by_blocking(person: User, post: Post) -> None:
    graph.block(actor=person, target=post.author)


def refuse_by_audience(person: User, post: Post) -> None:
    services.edit_post(actor=post.author, post=post, audience=Audience.FOLLOWERS)


def refuse_by_privacy(person: User, post: Post) -> None:
    graph.follow(actor=person, target=post.author)
    services.edit_post(actor=post.author, post=post, audience=Audience.ONLY_ME)


def refuse_by_deletion(person: User, post: Post) -> None:
    services.delete_post(actor=post.author, post=post)


def refuse_by_hiding(person: User, post: Post) -> None:
    services.hide_post(post=post)


def refuse_by_suspension(person: User, post: Post) -> None:
    User.objects.filter(pk=post.author_id).update(is_active=False)


REFUSALS = [
    refuse_by_block,
    refuse_by_blocking,
    refuse_by_audience,
    refuse_by_privacy,
    refuse_by_deletion,
    refuse_by_hiding,
    refuse_by_suspension,
]


@pytest.mark.parametrize("refuse", REFUSALS)
def test_nothing_can_be_done_to_what_one_may_not_see(refuse: Callable[[User, Post], None]) -> None:
    person = make_person()
    post = make_post()
    comment = make_comment(post, author=post.author)
    refuse(person, post)
    owed = OutboxEvent.objects.count()
    for act in ACTS:
        with pytest.raises(DomainError) as refused:
            act(person, post, comment)
        assert refused.value.status == 404
    after = fresh(post)
    assert (after.like_count, after.comment_count, after.body) == (0, 1, "Hello there")
    assert fresh(comment).body == "Well said"
    assert not PostLike.objects.exists()
    assert not CommentLike.objects.exists()
    assert OutboxEvent.objects.count() == owed


def test_followers_see_what_is_for_followers_until_they_stop_following() -> None:
    fan, post = make_person(), make_post(audience=Audience.FOLLOWERS)
    graph.follow(actor=fan, target=post.author)
    assert selectors.post_detail(fan, post.pk) == post
    assert services.like_post(actor=fan, post=post)
    graph.unfollow(actor=fan, target=post.author)
    with pytest.raises(NotFound):
        selectors.post_detail(fan, post.pk)


def test_comments_of_blocked_people_are_unseen_and_leave_a_placeholder_over_others_replies() -> None:
    post, viewer, blocked = make_post(), make_person(), make_person()
    first, lonely = make_comment(post, author=blocked), make_comment(post, author=blocked)
    reply = make_comment(post, parent=first)
    graph.block(actor=viewer, target=blocked)
    [thread] = selectors.threads(viewer, post).items
    assert (thread.comment.pk, thread.is_placeholder, thread.replies) == (first.pk, True, [reply])
    with pytest.raises(NotFound):
        selectors.comment_detail(viewer, lonely.pk)


@pytest.mark.django_db(transaction=True)
def test_twenty_likes_at_once_by_one_person_count_once() -> None:
    post, person = make_post(), make_person()
    assert sorted(map(str, race(lambda _: services.like_post(actor=person, post=post), threads=20))) == ["False"] * 19 + ["True"]
    assert fresh(post).like_count == PostLike.objects.count() == 1
    assert sum(map(bool, race(lambda _: services.unlike_post(actor=person, post=post), threads=20))) == 1
    assert fresh(post).like_count == PostLike.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_likes_and_unlikes_by_many_at_once_count_exactly() -> None:
    post = make_post()
    comment = make_comment(post)
    people = [make_person() for _ in range(12)]

    def act(number: int) -> None:
        services.like_post(actor=people[number], post=post)
        services.like_comment(actor=people[number], comment=comment)
        if number % 3 == 0:
            services.unlike_post(actor=people[number], post=post)
            services.unlike_comment(actor=people[number], comment=comment)

    assert race(act, threads=12) == [None] * 12
    assert fresh(post).like_count == PostLike.objects.count() == 8
    assert fresh(comment).like_count == CommentLike.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_comments_written_and_deleted_at_once_count_exactly() -> None:
    post = make_post()
    first = make_comment(post)
    people = [make_person() for _ in range(10)]

    def act(number: int) -> None:
        comment = make_comment(post, author=people[number], parent=first if number % 2 else None)
        if number % 5 == 0:
            services.delete_comment(actor=people[number], comment=comment)

    assert race(act, threads=10) == [None] * 10
    assert fresh(post).comment_count == Comment.objects.filter(deleted_at=None).count() == 9
    assert fresh(first).reply_count == Comment.objects.filter(deleted_at=None, thread=first).count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_comment_deleted_by_two_at_once_is_counted_down_once() -> None:
    post = make_post()
    comment = make_comment(post)
    outcomes = race(lambda number: services.delete_comment(actor=[post.author, comment.author][number % 2], comment=comment), threads=6)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert fresh(post).comment_count == 0


@pytest.mark.django_db(transaction=True)
def test_likes_that_meet_a_deletion_are_counted_or_refused() -> None:
    post = make_post()
    people = [make_person() for _ in range(8)]

    def act(number: int) -> None:
        if number == 0:
            services.delete_post(actor=post.author, post=post)
        else:
            services.like_post(actor=people[number], post=post)

    race(act, threads=8)
    assert fresh(post).like_count == PostLike.objects.count()


def test_reconciling_sets_counts_right_that_are_off_and_leaves_the_others() -> None:
    post, fine = make_post(), make_post()
    comment = make_comment(post)
    reply = make_comment(post, parent=comment)
    services.hide_comment(comment=reply)
    services.like_post(actor=make_person(), post=post)
    services.like_comment(actor=make_person(), comment=comment)
    Post.objects.filter(pk=post.pk).update(like_count=7, comment_count=7)
    Comment.objects.filter(pk=comment.pk).update(like_count=7, reply_count=7)
    assert services.reconcile_counts() == 2
    assert (fresh(post).like_count, fresh(post).comment_count) == (1, 1)
    assert (fresh(comment).like_count, fresh(comment).reply_count) == (1, 0)
    assert fresh(fine).like_count == 0
    assert services.reconcile_counts() == 0
