import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from core.errors import Invalid
from media_app.uploads.models import Upload
from media_app.uploads.tests.factories import ReadyImageFactory, UploadFactory
from media_app.uploads.tests.pictures import picture
from social.posts import services
from social.posts.models import Post, PostImage
from social.posts.services import Picture
from social.posts.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_a_post_shows_its_pictures_in_order_with_their_words() -> None:
    ana = make_person()
    uploads = ReadyImageFactory.create_batch(3, owner=ana)
    api = APIClient()
    api.force_authenticate(ana)
    sent = {"images": [{"upload": str(upload.pk), "alt": f" Picture {number} "} for number, upload in enumerate(uploads)]}
    post = api.post("/api/v1/posts", sent).json()["data"]
    assert [(image["id"], image["alt"]) for image in post["images"]] == [
        (str(upload.pk), f"Picture {number}") for number, upload in enumerate(uploads)
    ]
    assert not Upload.objects.unused().exists()


def test_pictures_of_others_unfinished_repeated_or_shown_elsewhere_are_refused() -> None:
    ana = make_person()
    used, fine = ReadyImageFactory.create_batch(2, owner=ana)
    services.create_post(author=ana, body="", images=[Picture(used.pk)])
    for wrong in ([ReadyImageFactory.create().pk], [UploadFactory.create(owner=ana).pk], [fine.pk, fine.pk], [used.pk]):
        with pytest.raises(Invalid) as refused:
            services.create_post(author=ana, body="Look", images=[Picture(key) for key in wrong])
        assert refused.value.code == "invalid_images"
    assert (Post.objects.count(), PostImage.objects.count()) == (1, 1)


def test_a_post_has_ten_pictures_at_most() -> None:
    ana = make_person()
    with pytest.raises(Invalid) as refused:
        services.create_post(author=ana, body="", images=[Picture(upload.pk) for upload in ReadyImageFactory.create_batch(11, owner=ana)])
    assert refused.value.code == "too_many_images"
    assert not Post.objects.exists()


def test_words_may_be_taken_from_a_post_with_pictures_only() -> None:
    ana = make_person()
    shown = services.create_post(author=ana, body="Look", images=[Picture(ReadyImageFactory.create(owner=ana).pk)])
    assert services.edit_post(actor=ana, post=shown, body="").body == ""
    bare = services.create_post(author=ana, body="Look")
    with pytest.raises(Invalid):
        services.edit_post(actor=ana, post=bare, body="")


def test_deleting_a_post_lets_its_pictures_go() -> None:
    ana = make_person()
    post = services.create_post(author=ana, body="", images=[Picture(ReadyImageFactory.create(owner=ana).pk)])
    services.delete_post(actor=ana, post=post)
    assert Upload.objects.unused().count() == 1


def test_pictures_of_a_form_count_like_those_over_rest(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploaded_files": "3/hour"}
    ana = make_person()
    page, api = Client(), APIClient()
    page.force_login(ana)
    api.force_authenticate(ana)
    sent = {"kind": "image", "filename": "a.png", "content_type": "image/png", "size": 1000}
    assert api.post("/api/v1/uploads", sent).status_code == 201
    files = [SimpleUploadedFile(f"{name}.png", picture((30, 20), "PNG"), "image/png") for name in "bcd"]
    answer = page.post("/posts/new/", {"body": "Look", "audience": "public", "images": files})
    assert answer.status_code == 422
    assert "d.png: Too many requests" in answer.content.decode()
    assert (Upload.objects.count(), Post.objects.count()) == (3, 0)
    assert api.post("/api/v1/uploads", sent).status_code == 429
