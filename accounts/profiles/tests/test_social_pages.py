"""What pages of posts and people show to whom, and at what cost."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.users.models import User
from accounts.users.services import suspend_user
from media_app.uploads.tests.factories import ReadyImageFactory
from social.graph import services as graph
from social.graph.models import Block
from social.posts import services
from social.posts.models import Audience, Comment, Post
from social.posts.tests.factories import make_comment, make_person, make_post

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def browser(person: User | None = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def queries_of(client: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries) -> int:
    client.get(path)  # what is kept from the first time on
    with django_assert_max_num_queries(40) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def fill(ana: User, count: int) -> Post:
    """Posts, comments with replies, followers, people followed and blocked: ``count`` of each."""
    post = make_post(ana)
    for _ in range(count):
        other = make_person()
        make_post(ana)
        graph.follow(actor=other, target=ana)
        graph.follow(actor=ana, target=other)
        comment = make_comment(post)
        services.create_comment(author=other, post=post, body="Yes", parent=comment)
        graph.block(actor=ana, target=make_person())
    return post


def test_pages_cost_the_same_for_few_and_for_many(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    costs = []
    graph.follow(actor=make_person(), target=make_person())  # so that there is somebody to suggest
    for count in (2, 9):
        ana = make_person()
        post = fill(ana, count)
        client = browser(ana)
        name = ana.username
        paths = ("/home/", "/explore/", f"/{name}/", f"/{name}/followers/", f"/{name}/following/", "/settings/blocked/", f"/posts/{post.pk}/")
        costs.append({path.replace(name, "").replace(str(post.pk), ""): queries_of(client, path, django_assert_max_num_queries) for path in paths})
    assert costs[0] == costs[1]


@pytest.mark.parametrize("reason", ["hidden", "deleted", "suspended", "blocked", "followers", "only_me"])
def test_what_is_not_for_the_viewer_is_on_no_page(reason: str) -> None:
    post, viewer = make_post(body="Never to be seen"), make_person()
    if reason == "hidden":
        services.hide_post(post=post)
    elif reason == "deleted":
        services.delete_post(actor=post.author, post=post)
    elif reason == "suspended":
        suspend_user(user=post.author, until=timezone.now() + timedelta(days=1), reason="Spam")
    elif reason == "blocked":
        graph.block(actor=post.author, target=viewer)
    else:
        services.edit_post(actor=post.author, post=post, audience=Audience(reason))
    client = browser(viewer)
    assert client.get(f"/posts/{post.pk}/").status_code == 404
    assert "Never to be seen" not in client.get("/explore/").content.decode()
    assert "Never to be seen" not in client.get(f"/{post.author.username}/").content.decode()
    for path, sent in (("like", {"liked": "1"}), ("comment", {"body": "Hi"})):
        assert client.post(f"/posts/{post.pk}/{path}/", sent).status_code == 404
    post.refresh_from_db()
    assert (post.like_count, post.comment_count) == (0, 0)


def test_the_author_sees_and_deletes_what_moderators_hid_but_cannot_edit_it() -> None:
    post = make_post()
    services.hide_post(post=post)
    client = browser(post.author)
    assert "Hidden by a moderator" in client.get(f"/posts/{post.pk}/").content.decode()
    assert client.get(f"/posts/{post.pk}/edit/").status_code == 404
    assert client.post(f"/posts/{post.pk}/delete/").status_code == 302
    assert client.get(f"/posts/{post.pk}/").status_code == 404


def test_a_post_appears_in_place_with_pictures_sent_ahead() -> None:
    ana = make_person()
    one, two = (ReadyImageFactory.create(owner=ana) for _ in range(2))
    sent = {"body": "Look", "audience": "public", "upload": [str(two.pk), str(one.pk)], "upload_alt": ["Second", ""]}
    answer = browser(ana).post("/posts/new/", sent, **HTMX)
    assert 'hx-swap-oob="afterbegin:#feed"' in answer.content.decode()
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "Your post is out."
    assert [(image.upload, image.alt) for image in Post.objects.get().images.all()] == [(two, "Second"), (one, "")]


@pytest.mark.parametrize("key", ["another's", "no key"])
def test_pictures_of_others_cannot_be_used(key: str) -> None:
    upload = str(ReadyImageFactory.create().pk) if key == "another's" else "x"
    answer = browser(make_person()).post("/posts/new/", {"body": "Look", "audience": "public", "upload": upload}, **HTMX)
    assert answer.status_code == 422
    assert not Post.objects.exists()


def test_commenting_in_place_answers_with_the_comment_and_the_count() -> None:
    post = make_post()
    client = browser(make_person())
    page = client.post(f"/posts/{post.pk}/comment/", {"body": "First"}, **HTMX).content.decode()
    comment = Comment.objects.get()
    assert f'id="thread-{comment.pk}"' in page
    assert f'<span id="comment-count-{post.pk}" hx-swap-oob="true">1</span>' in page
    reply = client.post(f"/posts/{post.pk}/comment/", {"body": "Second", "reply_to": str(comment.pk)}, **HTMX).content.decode()
    assert "Second" in reply
    assert "afterbegin" not in reply
    assert client.post(f"/posts/{post.pk}/comment/", {"body": " "}, **HTMX).status_code == 422


def test_editing_and_deleting_ones_comment() -> None:
    comment = make_comment(make_post())
    client = browser(comment.author)
    assert "Better" in client.post(f"/comments/{comment.pk}/edit/", {"body": "Better"}, **HTMX).content.decode()
    assert client.get(f"/comments/{comment.pk}/delete/").status_code == 200
    assert f'id="comment-{comment.pk}" hx-swap-oob="delete"' in client.post(f"/comments/{comment.pk}/delete/", **HTMX).content.decode()
    comment.refresh_from_db()
    assert (comment.body, comment.is_live) == ("Better", False)


def test_others_comments_have_no_pages_to_change_them() -> None:
    comment, other = make_comment(make_post()), browser(make_person())
    for path in ("edit", "delete"):
        assert other.get(f"/comments/{comment.pk}/{path}/").status_code == 404
        assert other.post(f"/comments/{comment.pk}/{path}/", {"body": "Mine"}, **HTMX).status_code == 404
    comment.refresh_from_db()
    assert comment.is_live
    assert comment.body != "Mine"


def test_news_counts_what_others_published_since() -> None:
    ana, ben = make_person(), make_person()
    graph.follow(actor=ana, target=ben)
    seen = make_post(ben)
    client = browser(ana)
    assert client.get("/home/news/", {"after": str(seen.pk)}).status_code == 204
    make_post(ben)
    make_post(ana)
    assert "1 new post<" in client.get("/home/news/", {"after": str(seen.pk)}).content.decode()
    assert client.get("/home/news/", {"after": "x"}).status_code == 204


def test_a_block_is_listed_and_taken_back() -> None:
    ana, ben = make_person(), make_person()
    graph.block(actor=ana, target=ben)
    client = browser(ana)
    assert ben.username in client.get("/settings/blocked/").content.decode()
    assert browser(ben).post("/settings/blocked/", {"person": str(ana.pk)}).status_code == 404
    assert Block.objects.exists()
    assert client.post("/settings/blocked/", {"person": str(ben.pk)}).status_code == 302
    assert not Block.objects.exists()
