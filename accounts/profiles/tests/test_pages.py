import pytest
from django.test import Client

from accounts.users.models import User
from social.graph import policies
from social.graph import services as graph
from social.posts.models import Comment, Post
from social.posts.tests.factories import make_comment, make_person, make_post

pytestmark = pytest.mark.django_db


def browser(person: User | None = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def test_everything_public_reads_without_signing_in() -> None:
    post = make_post(body="Hello *there*")
    make_comment(make_post(post.author), body="Well")
    for path in ("/explore/", f"/posts/{post.pk}/", f"/{post.author.username}/", f"/{post.author.username}/followers/"):
        answer = browser().get(path)
        assert answer.status_code == 200, path
    assert "<em>there</em>" in browser().get("/explore/").content.decode()


def test_posting_commenting_liking_and_following_work_as_plain_forms() -> None:
    ana, ben = make_person(), make_person()
    page = browser(ana)
    assert page.post("/posts/new/", {"body": "Hi", "audience": "public", "next": "/home/"})["Location"] == "/home/"
    post = Post.objects.get()
    assert "Hi" in page.get("/home/").content.decode()
    other = browser(ben)
    other.post(f"/posts/{post.pk}/like/", {"liked": "1"})
    other.post(f"/posts/{post.pk}/comment/", {"body": "Welcome"})
    other.post(f"/{ana.username}/follow/", {"following": "1"})
    post.refresh_from_db()
    assert (post.like_count, post.comment_count) == (1, 1)
    assert policies.follows(ben, ana)
    assert other.get(f"/posts/{post.pk}/comments/{Comment.objects.get().pk}/").status_code == 200
    fragment = other.post(f"/posts/{post.pk}/like/", {"liked": "0"}, HTTP_HX_REQUEST="true").content.decode()
    assert 'aria-pressed="false"' in fragment


def test_editing_and_deleting_ones_post() -> None:
    post = make_post()
    page = browser(post.author)
    page.post(f"/posts/{post.pk}/edit/", {"body": "Other", "audience": "followers"})
    post.refresh_from_db()
    assert (post.body, post.audience) == ("Other", "followers")
    assert page.get(f"/posts/{post.pk}/delete/").status_code == 200
    page.post(f"/posts/{post.pk}/delete/")
    assert page.get(f"/posts/{post.pk}/").status_code == 404


def test_others_pages_to_change_a_post_do_not_exist() -> None:
    post, other = make_post(), browser(make_person())
    for path in ("edit", "delete"):
        assert other.get(f"/posts/{post.pk}/{path}/").status_code == 404
        assert other.post(f"/posts/{post.pk}/{path}/", {"body": "Mine", "audience": "public"}).status_code == 404
    post.refresh_from_db()
    assert post.body == "Hello there"


def test_an_empty_post_is_refused_with_words() -> None:
    answer = browser(make_person()).post("/posts/new/", {"body": " ", "audience": "public"})
    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()


def test_blocked_people_have_no_page() -> None:
    ana, ben = make_person(), make_person()
    graph.block(actor=ana, target=ben)
    assert browser(ben).get(f"/{ana.username}/").status_code == 404
    assert browser(ben).post(f"/{ana.username}/follow/", {"following": "1"}).status_code == 404


def test_saving_ones_profile() -> None:
    ana = make_person()
    page = browser(ana)
    assert page.get("/settings/profile/").status_code == 200
    sent = {"display_name": "Ana F", "bio": "Potter", "location": "", "website": "", "messages_from": "nobody", "presence_shown_to": "everyone"}
    assert page.post("/settings/profile/", sent).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.bio, ana.messages_from) == ("Ana F", "Potter", "nobody")
