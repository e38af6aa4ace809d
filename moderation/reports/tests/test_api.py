from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from moderation.reports.models import Case, Report
from social.posts.models import Audience, Post
from social.posts.tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> User:
    return UserFactory.create()


@pytest.fixture
def client(reporter: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(reporter)
    return client


@pytest.fixture
def visitor(reporter: User) -> Client:
    visitor = Client()
    visitor.force_login(reporter)
    return visitor


@pytest.fixture
def post() -> Post:
    return make_post(body="Buy my pills")


def test_report_is_made_once(client: APIClient, post: Post) -> None:
    body = {"kind": "post", "id": str(post.pk), "reason": "spam", "note": "Pills"}
    first, again = client.post("/api/v1/reports", body), client.post("/api/v1/reports", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["data"] == again.json()["data"]
    assert first.json()["data"]["target_id"] == str(post.pk)


def test_invisible_and_missing_things_look_the_same(client: APIClient, post: Post) -> None:
    secret = make_post(audience=Audience.ONLY_ME)
    answers = [client.post("/api/v1/reports", {"kind": "post", "id": str(key), "reason": "spam"}) for key in (secret.pk, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"] == answers[1].json()["error"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("change", [{"kind": "nonsense"}, {"id": "x"}, {"reason": "because"}, {"note": "x" * 1001}])
def test_misshapen_report_is_refused(client: APIClient, post: Post, change: dict[str, str]) -> None:
    assert client.post("/api/v1/reports", {"kind": "post", "id": str(post.pk), "reason": "spam", **change}).status_code == 400
    assert not Case.objects.exists()


def test_reporting_needs_an_account(post: Post) -> None:
    assert APIClient().post("/api/v1/reports", {"kind": "post", "id": str(post.pk), "reason": "spam"}).status_code == 401
    assert Client().get(f"/report/post/{post.pk}/").status_code == 302
    assert not Case.objects.exists()


def test_reports_are_limited(client: APIClient, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "reports": "2/hour"}
    bodies = [{"kind": "post", "id": str(make_post().pk), "reason": "spam"} for _ in range(3)]
    assert [client.post("/api/v1/reports", body).status_code for body in bodies] == [201, 201, 429]
    assert Report.objects.count() == 2


def test_page_reports_without_scripts(visitor: Client, post: Post, reporter: User) -> None:
    page = visitor.get(f"/report/post/{post.pk}/").content.decode()
    assert "Buy my pills" in page
    sent = visitor.post(f"/report/post/{post.pk}/", {"reason": "spam", "note": "Pills"})
    assert (sent.status_code, sent["Location"]) == (302, f"/posts/{post.pk}/")
    assert Report.objects.get().reporter == reporter


def test_page_says_what_is_missing(visitor: Client, post: Post) -> None:
    assert visitor.post(f"/report/post/{post.pk}/", {}).status_code == 400
    assert visitor.get(f"/report/post/{uuid4()}/").status_code == 404
    assert visitor.get(f"/report/nonsense/{post.pk}/").status_code == 404
    assert not Case.objects.exists()
