"""Avatars and covers from a form: taken in there, made ready by a worker, shown then."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.profiles.handlers import show_chosen_picture
from accounts.users.models import User
from core.events.models import OutboxEvent
from media_app.uploads.events import UploadReady
from media_app.uploads.models import Kind, Upload
from media_app.uploads.services import process_upload
from media_app.uploads.tests.factories import received
from media_app.uploads.tests.pictures import picture
from social.posts.tests.factories import make_person

pytestmark = pytest.mark.django_db


def page_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ready(upload: Upload) -> None:
    """What the worker does, and what is done when it has."""
    process_upload(upload_id=upload.pk)
    show_chosen_picture(UploadReady(upload_id=upload.pk))


def file_of(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("me.png", picture((300, 200), "PNG") if content is None else content, "image/png")


def edit(person: User, **changes: object) -> Any:
    shown = {"display_name": "Ana", "birth_date_shown_to": "nobody", "bio": "", "location": "", "website": "", "birth_date": ""}
    return page_of(person).post("/settings/profile/", {**shown, **changes})


@pytest.mark.parametrize("kind", ["avatar", "cover"])
def test_a_picture_from_the_form_is_shown_once_a_worker_made_it_ready(kind: str) -> None:
    ana = make_person()
    assert edit(ana, **{kind: file_of()}).status_code == 302
    upload = Upload.objects.get()
    assert (upload.state, upload.attempts) == ("processing", 0), "not by the process that took the form"
    assert f"Your new {kind} is being made ready" in page_of(ana).get("/settings/profile/").content.decode()
    ready(upload)
    ready(upload)
    ana.refresh_from_db()
    assert getattr(ana, f"{kind}_key") == upload.prefix
    assert "being made ready" not in page_of(ana).get("/settings/profile/").content.decode()
    assert not Upload.objects.unused().exists()
    assert OutboxEvent.objects.filter(name="accounts.users.ProfileUpdated").count() == 2, "the form's, and the picture's, once"


def test_what_is_no_picture_changes_nothing_and_is_said() -> None:
    ana = make_person()
    edit(ana, avatar=file_of())
    ready(Upload.objects.get())
    shown = User.objects.get(pk=ana.pk).avatar_key
    edit(ana, avatar=file_of(b"no picture at all"))
    ready(Upload.objects.latest("pk"))
    assert User.objects.get(pk=ana.pk).avatar_key == shown
    assert "not a picture we can show" in page_of(ana).get("/settings/profile/").content.decode()


def test_the_last_choice_is_what_is_shown_whatever_is_ready_first() -> None:
    ana = make_person()
    edit(ana, avatar=file_of())
    edit(ana, avatar=file_of())
    first, second = Upload.objects.order_by("pk")
    ready(second)
    ready(first)
    assert User.objects.get(pk=ana.pk).avatar_key == second.prefix
    edit(ana, avatar=file_of())
    edit(ana, remove_avatar="on")
    ready(Upload.objects.latest("pk"))
    assert User.objects.get(pk=ana.pk).avatar_key == ""


def test_an_upload_over_rest_is_shown_when_that_is_asked_for() -> None:
    ana = make_person()
    ready(received(owner=ana, kind=Kind.AVATAR))
    assert User.objects.get(pk=ana.pk).avatar_key == ""


def test_pictures_from_the_form_are_counted_as_over_rest(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads": "2/hour"}
    ana = make_person()
    assert [edit(ana, avatar=file_of()).status_code for _ in range(3)] == [302, 302, 422]
    assert Upload.objects.count() == 2
    api = APIClient()
    api.force_authenticate(ana)
    sent = {"kind": "avatar", "filename": "me.png", "content_type": "image/png", "size": 1000}
    assert api.post("/api/v1/uploads", sent).status_code == 429
    assert api.post("/api/v1/uploads", {**sent, "kind": "image"}).status_code == 201
    assert Upload.objects.count() == 3
