from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.users.models import User
from social.graph import services as graph
from social.posts import services
from social.posts.models import Audience, Comment, Post, PostLike
from social.posts.tests.factories import make_comment, make_person, make_post

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-7000-8000-000000000000"


def client(person: User | None) -> APIClient:
    api = APIClient()
    if person is not None:
        api.force_authenticate(person)
    return api


def test_publishing_reading_editing_and_deleting() -> None:
    ana = make_person()
    made = client(ana).post("/api/v1/posts", {"body": "Hello *you*"})
    assert made.status_code == 201
    post = made.json()["data"]
    assert post["body_html"] == "<p>Hello <em>you</em></p>\n"
    assert post["author"]["username"] == ana.username
    assert (post["liked"], post["mine"], post["like_count"], post["audience"]) == (False, True, 0, "public")
    path = f"/api/v1/posts/{post['id']}"
    assert client(None).get(path).json()["data"]["mine"] is False
    edited = client(ana).patch(path, {"body": "Hello you"}).json()["data"]
    assert (edited["body"], bool(edited["edited_at"])) == ("Hello you", True)
    assert client(ana).delete(path).status_code == 204
    assert client(ana).get(path).status_code == 404


def test_a_hidden_post_is_marked_for_its_author_and_missing_for_everybody_else() -> None:
    post = make_post()
    path, feed = f"/api/v1/posts/{post.pk}", f"/api/v1/users/{post.author.username}/posts"
    services.hide_post(post=post, reason="It sells pills.")
    [listed] = client(post.author).get(feed).json()["data"]
    for shown in (client(post.author).get(path).json()["data"], listed):
        assert (bool(shown["hidden_at"]), shown["hidden_reason"]) == (True, "It sells pills.")
    for other in (None, make_person()):
        assert client(other).get(path).status_code == 404
        assert client(other).get(feed).json()["data"] == []
    assert client(post.author).patch(path, {"body": "Changed"}).status_code == 404
    services.unhide_post(post=post)
    shown = client(None).get(path).json()["data"]
    assert (shown["hidden_at"], shown["hidden_reason"], shown["body"]) == (None, "", "Hello there")


def test_liking_is_idempotent_and_answers_the_count() -> None:
    post, ana = make_post(), make_person()
    path = f"/api/v1/posts/{post.pk}/like"
    for _ in range(2):
        assert client(ana).post(path).json()["data"] == {"liked": True, "like_count": 1}
    assert [person["id"] for person in client(None).get(f"{path}s").json()["data"]] == [str(ana.pk)]
    for _ in range(2):
        assert client(ana).delete(path).json()["data"] == {"liked": False, "like_count": 0}


def test_comments_come_in_threads() -> None:
    post, ana = make_post(), make_person()
    path = f"/api/v1/posts/{post.pk}/comments"
    first = client(ana).post(path, {"body": "First"}).json()["data"]
    reply = client(post.author).post(path, {"body": "Reply", "reply_to": first["id"]}).json()["data"]
    assert reply["thread"] == reply["reply_to"] == first["id"]
    assert client(ana).post(f"/api/v1/comments/{reply['id']}/like").json()["data"]["like_count"] == 1
    [thread] = client(ana).get(path).json()["data"]
    assert (thread["body"], thread["mine"], thread["reply_count"]) == ("First", True, 1)
    assert [(shown["body"], shown["liked"]) for shown in thread["replies"]] == [("Reply", True)]
    assert [shown["id"] for shown in client(None).get(f"/api/v1/comments/{first['id']}/replies").json()["data"]] == [reply["id"]]
    assert client(ana).delete(f"/api/v1/comments/{first['id']}").status_code == 204
    [thread] = client(None).get(path).json()["data"]
    assert (thread["is_deleted"], thread["author"], thread["body"], len(thread["replies"])) == (True, None, "", 1)
    assert client(None).get(f"/api/v1/comments/{first['id']}").status_code == 404


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": " "}, {"body": "x" * 5_001}, {"body": "x", "audience": "nobody"}])
def test_a_post_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    assert client(make_person()).post("/api/v1/posts", body).status_code == 400
    assert not Post.objects.exists()


READS = ["posts/{post}", "posts/{post}/likes", "posts/{post}/comments", "comments/{comment}", "comments/{comment}/replies"]
WRITES = [
    ("patch", "posts/{post}", {"body": "Mine"}),
    ("delete", "posts/{post}", None),
    ("post", "posts/{post}/like", None),
    ("delete", "posts/{post}/like", None),
    ("post", "posts/{post}/comments", {"body": "Hi"}),
    ("patch", "comments/{comment}", {"body": "Mine"}),
    ("delete", "comments/{comment}", None),
    ("post", "comments/{comment}/like", None),
    ("delete", "comments/{comment}/like", None),
]


def hide_by_block(post: Post, viewer: User) -> None:
    graph.block(actor=post.author, target=viewer)


def hide_by_audience(post: Post, viewer: User) -> None:
    services.edit_post(actor=post.author, post=post, audience=Audience.FOLLOWERS)


def hide_by_moderation(post: Post, viewer: User) -> None:
    services.hide_post(post=post)


def hide_by_deletion(post: Post, viewer: User) -> None:
    services.delete_post(actor=post.author, post=post)


def hide_by_suspension(post: Post, viewer: User) -> None:
    User.objects.filter(pk=post.author_id).update(is_active=False)


@pytest.mark.parametrize("hide", [hide_by_block, hide_by_audience, hide_by_moderation, hide_by_deletion, hide_by_suspension])
@pytest.mark.parametrize(("method", "path", "body"), [*(("get", path, None) for path in READS), *WRITES])
def test_what_may_not_be_seen_answers_as_what_is_missing(
    hide: Callable[[Post, User], None], method: str, path: str, body: dict[str, Any] | None
) -> None:
    viewer, post = make_person(), make_post()
    comment = make_comment(post, author=post.author)
    hide(post, viewer)
    answer = getattr(client(viewer), method)(f"/api/v1/{path.format(post=post.pk, comment=comment.pk)}", body)
    missing = getattr(client(viewer), method)(f"/api/v1/{path.format(post=MISSING, comment=MISSING)}", body)
    assert answer.status_code == missing.status_code == 404
    assert answer.json()["error"] == missing.json()["error"]
    assert not PostLike.objects.exists()
    assert Comment.objects.get().body == "Well said"


@pytest.mark.parametrize(("method", "path", "body"), [("post", "posts", {"body": "Hi"}), *WRITES])
def test_writing_needs_somebody_signed_in(method: str, path: str, body: dict[str, Any] | None) -> None:
    post = make_post()
    comment = make_comment(post)
    answer = getattr(client(None), method)(f"/api/v1/{path.format(post=post.pk, comment=comment.pk)}", body)
    assert answer.status_code in {401, 403}
    assert (Post.objects.count(), Comment.objects.count(), PostLike.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize("path", ["likes", "comments"])
def test_lists_cost_the_same_however_long(path: str, count_queries: Callable[[Callable[[], object]], int]) -> None:
    post, viewer = make_post(), make_person()
    costs = []
    for size in (2, 10):
        for _ in range(size):
            services.like_post(actor=make_person(), post=post)
            for _ in range(2):
                make_comment(post, parent=make_comment(post))
        costs.append(count_queries(lambda: client(viewer).get(f"/api/v1/posts/{post.pk}/{path}")))
    assert costs[0] == costs[1] <= 5


def test_paging_comments_reaches_each_once_while_more_come() -> None:
    post = make_post()
    written = [str(make_comment(post).pk) for _ in range(5)]
    path = f"/api/v1/posts/{post.pk}/comments?limit=3"
    first = client(None).get(path).json()
    make_comment(post)
    rest = client(None).get(f"{path}&cursor={first['pagination']['next']}").json()
    assert [comment["id"] for comment in first["data"] + rest["data"]] == list(reversed(written))


def test_an_unchanged_post_answers_304() -> None:
    post = make_post()
    tag = client(None).get(f"/api/v1/posts/{post.pk}")["ETag"]
    assert client(None).get(f"/api/v1/posts/{post.pk}", HTTP_IF_NONE_MATCH=tag).status_code == 304
