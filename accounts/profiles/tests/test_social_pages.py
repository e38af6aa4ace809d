"""What pages of posts and people show to whom, and at what cost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.users.models import User
from accounts.users.services import suspend_user
from media_app.uploads import services as uploads
from media_app.uploads.models import State, Upload
from media_app.uploads.tests.factories import ReadyImageFactory
from media_app.uploads.tests.pictures import picture
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
    post = make_post(body="Seen by its author alone")
    services.hide_post(post=post, reason="It sells <pills>.")
    client = browser(post.author)
    for path in (f"/posts/{post.pk}/", f"/{post.author.username}/"):
        page = client.get(path).content.decode()
        assert "Hidden by a moderator" in page
        assert "It sells &lt;pills&gt;." in page
    assert post.body not in client.get("/home/").content.decode()
    assert post.body not in browser(make_person()).get(f"/{post.author.username}/").content.decode()
    assert client.get(f"/posts/{post.pk}/edit/").status_code == 404
    assert client.post(f"/posts/{post.pk}/delete/").status_code == 302
    assert client.get(f"/posts/{post.pk}/").status_code == 404


def test_a_post_goes_out_with_pictures_sent_ahead() -> None:
    ana = make_person()
    one, two = (ReadyImageFactory.create(owner=ana) for _ in range(2))
    sent = {"body": "Look", "audience": "public", "upload": [str(two.pk), str(one.pk)], "upload_alt": ["Second", ""]}
    assert browser(ana).post("/posts/new/", sent).status_code == 302
    assert [(image.upload, image.alt) for image in Post.objects.get().images.all()] == [(two, "Second"), (one, "")]


def test_pictures_of_a_plain_form_come_back_to_be_described_each_and_are_made_ready_by_a_worker(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = browser(make_person())
    files = [SimpleUploadedFile(name, picture(), "image/jpeg") for name in ("sea.jpg", "sky.jpg")]
    page = client.post("/posts/new/", {"body": "Look", "audience": "followers", "images": files}).content.decode()
    sea, sky = Upload.objects.order_by("pk")
    assert (sea.state, sky.state) == (State.PROCESSING, State.PROCESSING)  # not in the request
    assert "Describe sea.jpg" in page
    assert "Describe sky.jpg" in page
    assert "Look</textarea>" in page
    sent = {"body": "Look", "audience": "followers", "upload": [str(sea.pk), str(sky.pk)], "upload_alt": ["The sea", "The sky"]}
    early = client.post("/posts/new/", sent)
    assert early.status_code == 422
    assert "still being made ready" in early.content.decode()
    assert "The sea</textarea>" in early.content.decode()
    assert not Post.objects.exists()
    for upload in (sea, sky):
        uploads.process_upload(upload_id=upload.pk)
    fewer = client.post("/posts/new/", {**sent, "remove": str(sea.pk)})
    assert fewer.status_code == 200
    assert "Describe sea.jpg" not in fewer.content.decode()
    assert not Post.objects.exists()
    assert client.post("/posts/new/", sent).status_code == 302
    assert [(image.upload, image.alt) for image in Post.objects.get().images.all()] == [(sea, "The sea"), (sky, "The sky")]


def test_a_picture_that_cannot_be_shown_holds_the_post_back_and_says_which(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = browser(make_person())
    client.post("/posts/new/", {"body": "Look", "audience": "public", "images": SimpleUploadedFile("fake.jpg", b"no picture", "image/jpeg")})
    upload = Upload.objects.get()
    uploads.process_upload(upload_id=upload.pk)
    answer = client.post("/posts/new/", {"body": "Look", "audience": "public", "upload": str(upload.pk), "upload_alt": ""})
    assert answer.status_code == 422
    assert "fake.jpg is not a picture we can show." in answer.content.decode()
    assert not Post.objects.exists()


def test_too_many_pictures_are_refused_and_none_is_taken_in() -> None:
    ana = make_person()
    ready = ReadyImageFactory.create_batch(10, owner=ana)
    sent = {"body": "Look", "audience": "public", "upload": [str(upload.pk) for upload in ready], "upload_alt": [""] * 10}
    answer = browser(ana).post("/posts/new/", {**sent, "images": SimpleUploadedFile("sea.jpg", picture(), "image/jpeg")})
    assert answer.status_code == 422
    assert "10 pictures at most" in answer.content.decode()
    assert (Upload.objects.count(), Post.objects.count()) == (10, 0)


def test_a_script_gets_a_post_alone_where_the_viewer_may_read_it() -> None:
    post = make_post()
    alone: dict[str, Any] = {"HTTP_X_FRAGMENT": "post"}
    page = browser(post.author).get(f"/posts/{post.pk}/", **alone)
    assert f'id="post-{post.pk}"' in page.content.decode()
    assert "<html" not in page.content.decode()
    assert "X-Fragment" in page["Vary"]
    services.edit_post(actor=post.author, post=post, audience=Audience.ONLY_ME)
    assert browser(make_person()).get(f"/posts/{post.pk}/", **alone).status_code == 404


@pytest.mark.parametrize("key", ["another's", "no key"])
def test_pictures_of_others_cannot_be_used(key: str) -> None:
    upload = str(ReadyImageFactory.create().pk) if key == "another's" else "x"
    answer = browser(make_person()).post("/posts/new/", {"body": "Look", "audience": "public", "upload": upload})
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
