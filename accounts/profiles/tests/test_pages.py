from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.profiles.services import show_chosen
from accounts.users.models import User
from accounts.users.services import PRIVACY
from media_app.uploads.models import Upload
from media_app.uploads.services import process_upload
from media_app.uploads.tests.pictures import picture
from social.graph import policies
from social.graph import services as graph
from social.graph.models import FollowRequest
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
    sent = {"display_name": "Ana F", "bio": "Potter", "location": "", "website": "", "birth_date": "1990-02-03", "birth_date_shown_to": "friends"}
    assert page.post("/settings/profile/", sent).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.bio, ana.birth_date, ana.birth_date_shown_to) == ("Ana F", "Potter", date(1990, 2, 3), "friends")


def test_a_date_of_birth_to_come_is_refused_with_words() -> None:
    ana = make_person()
    sent = {"display_name": "Ana F", "birth_date": "2190-02-03", "birth_date_shown_to": "friends"}
    answer = browser(ana).post("/settings/profile/", sent)
    assert answer.status_code == 422
    assert "date of birth" in answer.content.decode()
    ana.refresh_from_db()
    assert (ana.birth_date, ana.birth_date_shown_to) == (None, "nobody")


def test_choosing_ones_privacy() -> None:
    ana = make_person()
    page = browser(ana)
    assert page.get("/settings/privacy/").status_code == 200
    choices = {name: getattr(ana, name) for name in PRIVACY}
    choices |= {"is_private": "on", "messages_from": "friends", "found_by_email": "followed"}
    assert page.post("/settings/privacy/", choices).status_code == 302
    ana.refresh_from_db()
    assert (ana.is_private, ana.messages_from, ana.found_by_email, ana.birth_date_shown_to) == (True, "friends", "followed", "nobody")
    assert page.post("/settings/privacy/", {**choices, "messages_from": "aliens"}).status_code == 422


def test_follow_requests_are_answered_on_a_page() -> None:
    ana, ben, cem = make_person(), make_person(is_private=True), make_person()
    for asker in (ana, cem):
        assert browser(asker).post(f"/{ben.username}/follow/", {"following": "1", "next": "/home/"}).status_code == 302
    assert "Requested" in browser(ana).get(f"/{ben.username}/").content.decode()
    assert "This account is private" in browser(ana).get(f"/{ben.username}/followers/").content.decode()
    assert "2 follow requests" in browser(ben).get(f"/{ben.username}/").content.decode()
    page = browser(ben)
    assert ana.username in page.get("/requests/").content.decode()
    assert ben.username in browser(ana).get("/requests/sent/").content.decode()
    first, second = FollowRequest.objects.order_by("pk")
    assert page.post("/requests/", {"answer": "approve", "request": str(first.pk)}).status_code == 302
    assert page.post("/requests/", {"answer": "decline", "request": str(second.pk)}).status_code == 302
    assert policies.follows(ana, ben)
    assert not policies.follows(cem, ben)
    assert page.post("/requests/", {"answer": "approve", "request": str(second.pk)}).status_code == 404
    assert page.post("/requests/", {"answer": "shrug", "request": "x"}).status_code == 404


def test_the_first_steps_show_what_is_missing_and_can_be_left_for_later() -> None:
    ana = make_person(display_name="")
    page = browser(ana)
    shown = page.get("/welcome/").content.decode()
    assert "Still missing: picture, name, bio" in shown
    assert 'href="/home/"' in shown
    file = SimpleUploadedFile("me.png", picture((300, 200), "PNG"), "image/png")
    assert page.post("/welcome/", {"display_name": "Ana", "bio": "Potter", "avatar": file, "avatar_crop": "0 0 0.5 0.75"}).status_code == 302
    upload = Upload.objects.get()
    assert upload.crop == [0, 0, 0.5, 0.75]
    process_upload(upload_id=upload.pk)
    show_chosen(upload_id=upload.pk)
    ana.refresh_from_db()
    assert ana.missing_from_profile == []


def test_a_thread_is_read_under_its_own_post_only() -> None:
    comment, other = make_comment(make_post(), body="Under the first"), make_post(body="The other")
    assert browser().get(f"/posts/{comment.post_id}/comments/{comment.pk}/").status_code == 200
    answer = browser().get(f"/posts/{other.pk}/comments/{comment.pk}/")
    assert answer.status_code == 404
    assert "Under the first" not in answer.content.decode()


def test_a_status_is_set_for_a_while_and_taken_away() -> None:
    ana = make_person()
    page = browser(ana)
    page.post("/settings/status/", {"text": "At the kiln", "hours": "4"})
    ana.refresh_from_db()
    assert ana.status == "At the kiln"
    assert "At the kiln" in browser().get(f"/{ana.username}/").content.decode()
    User.objects.filter(pk=ana.pk).update(status_until=timezone.now())
    assert "At the kiln" not in browser().get(f"/{ana.username}/").content.decode()
    page.post("/settings/status/", {"text": "", "hours": "0"})
    ana.refresh_from_db()
    assert (ana.status_text, ana.status_until) == ("", None)
