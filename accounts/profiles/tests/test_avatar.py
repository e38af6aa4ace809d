import pytest
from rest_framework.test import APIClient

from accounts.users.models import User
from core.models import uuid7
from media_app.uploads.models import Kind, Upload
from media_app.uploads.tests.factories import UploadFactory, processed
from social.posts.tests.factories import make_person

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/users/me/avatar"


def client_of(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_a_finished_upload_becomes_ones_picture_and_replaces_the_one_before() -> None:
    ana = make_person()
    first, second = (processed(owner=ana, kind=Kind.AVATAR) for _ in range(2))
    for upload in (first, second):
        answer = client_of(ana).put(ADDRESS, {"upload": str(upload.pk)}, format="json")
        assert answer.status_code == 200
    ana.refresh_from_db()
    assert ana.avatar_key == second.prefix
    assert Upload.objects.unused().get() == first


def test_taking_ones_picture_away_discards_it() -> None:
    ana = make_person()
    upload = processed(owner=ana, kind=Kind.AVATAR)
    client_of(ana).put(ADDRESS, {"upload": str(upload.pk)}, format="json")
    assert client_of(ana).delete(ADDRESS).status_code == 204
    ana.refresh_from_db()
    assert (ana.avatar_key, ana.avatar_blurhash) == ("", "")
    assert Upload.objects.unused().get() == upload


@pytest.mark.parametrize("whose", ["nobody", "another", "unfinished", "image"])
def test_other_uploads_are_refused_and_change_nothing(whose: str) -> None:
    ana = make_person()
    uploads = {
        "nobody": lambda: UploadFactory.build(id=uuid7()),
        "another": lambda: processed(kind=Kind.AVATAR),
        "unfinished": lambda: UploadFactory.create(owner=ana, kind=Kind.AVATAR),
        "image": lambda: processed(owner=ana, kind=Kind.IMAGE),
    }
    answer = client_of(ana).put(ADDRESS, {"upload": str(uploads[whose]().pk)}, format="json")
    assert answer.status_code in {404, 409}
    ana.refresh_from_db()
    assert ana.avatar_key == ""


def test_nobody_without_an_account_has_a_picture() -> None:
    assert APIClient().delete(ADDRESS).status_code == 401
