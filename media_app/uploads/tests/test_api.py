from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.storage import store
from media_app.uploads import services
from media_app.uploads.models import State, Upload
from media_app.uploads.tests.factories import ReadyImageFactory, UploadFactory
from media_app.uploads.tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return UserFactory.create()


@pytest.fixture
def client_of(owner: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


def test_picture_travels_from_request_to_variants(client_of: APIClient) -> None:
    content = picture((700, 500))
    asked = {"kind": "image", "filename": "a.jpg", "content_type": "image/jpeg", "size": len(content)}
    answer = client_of.post("/api/v1/uploads", asked).json()["data"]
    assert answer["state"] == "waiting"
    upload: dict[str, Any] = answer["upload"]
    sent = Client(headers=upload["headers"]).generic(upload["method"], upload["url"], content, content_type="image/jpeg")
    assert sent.status_code == 200

    assert client_of.post(f"/api/v1/uploads/{answer['id']}/complete").json()["data"]["state"] == "processing"
    services.process_upload(upload_id=answer["id"])
    ready = client_of.get(f"/api/v1/uploads/{answer['id']}").json()["data"]
    assert (ready["state"], ready["width"], ready["height"]) == ("ready", 700, 500)
    assert set(ready["variants"]) == {"320", "640", "1280", "2560"}
    for url in ready["variants"].values():
        shown = Client().get(url)
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")


def test_picture_comes_with_a_form(client_of: APIClient) -> None:
    file = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    response = client_of.post("/api/v1/uploads", {"file": file, "kind": "avatar"}, format="multipart")
    assert response.status_code == 201
    answer = response.json()["data"]
    assert (answer["state"], answer["upload"]) == ("processing", None)
    services.process_upload(upload_id=answer["id"])
    urls = client_of.get(f"/api/v1/uploads/{answer['id']}").json()["data"]["variants"]
    assert Client().get(urls["256"])["Cache-Control"] == "public, max-age=31536000, immutable"


def test_small_picture_answers_every_size(client_of: APIClient, owner: User) -> None:
    upload = ReadyImageFactory.create(owner=owner, variants={"320": {"key": "uploads/x/320.webp", "width": 30, "height": 20}})
    variants = client_of.get(f"/api/v1/uploads/{upload.pk}").json()["data"]["variants"]
    assert set(variants.values()) == {store.signed_url("uploads/x/320.webp")}


@pytest.mark.parametrize(
    "body", [{}, {"filename": "a.svg", "content_type": "image/svg+xml", "size": 10}, {"filename": "a", "content_type": "image/png", "size": -1}]
)
def test_bad_request_creates_nothing(client_of: APIClient, body: dict[str, Any]) -> None:
    assert client_of.post("/api/v1/uploads", body).status_code == 400
    assert not Upload.objects.exists()


def test_upload_of_another_person_does_not_exist(client_of: APIClient) -> None:
    foreign = UploadFactory.create()
    missing = client_of.get(f"/api/v1/uploads/{uuid4()}")
    for response in (client_of.get(f"/api/v1/uploads/{foreign.pk}"), client_of.post(f"/api/v1/uploads/{foreign.pk}/complete")):
        assert response.status_code == missing.status_code == 404
        assert response.json()["error"] == missing.json()["error"]
    foreign.refresh_from_db()
    assert foreign.state == State.WAITING


def test_uploads_are_for_those_signed_in() -> None:
    response = APIClient().post("/api/v1/uploads", {"filename": "a.jpg", "content_type": "image/jpeg", "size": 10})
    assert response.status_code in {401, 403}
    assert not Upload.objects.exists()
