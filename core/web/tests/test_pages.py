"""The pages that belong to no slice, their headers, and the error pages."""

import io
from pathlib import Path

import pytest
import structlog
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from core.errors import Forbidden, NotFound, RateLimited
from core.web import errors
from core.web.middleware import LocalTime, Refusals

pytestmark = pytest.mark.django_db


def test_landing_is_for_people_who_are_not_signed_in(client: Client) -> None:
    assert client.get("/").status_code == 200
    client.force_login(get_user_model().objects.create_user("ana", "ana@example.org", "long enough"))
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/home/"


@pytest.mark.parametrize("path", ["/", "/terms/", "/privacy/"])
def test_signed_out_pages_need_no_query(client: Client, path: str, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200


def test_policy_allows_no_inline_script_or_style_and_no_framing(client: Client) -> None:
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    html = response.content.decode()
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<style" not in html


def test_small_files_of_the_browser(client: Client) -> None:
    assert b"Disallow: /chats/" in client.get("/robots.txt").content
    assert client.get("/manifest.webmanifest").json()["start_url"] == "/home/"
    assert client.get("/favicon.ico").status_code == 302


def test_theme_is_remembered_and_forgotten(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/theme/", {"theme": "system"})
    assert "data-theme=" not in client.get("/").content.decode()


def test_theme_does_not_redirect_to_other_sites(client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark"}, headers={"referer": "https://elsewhere.example/"})["Location"] == "/"


def test_theme_cookie_is_never_written_into_the_page(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert b"<script>" not in client.get("/").content


def test_missing_page_says_so(client: Client) -> None:
    response = client.get("/nothing/here/at/all/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize(("error", "status"), [(Forbidden("Not for you."), 403), (NotFound("secret reason"), 404), (RateLimited(12), 429)])
def test_refusals_of_services_become_pages(error: Exception, status: int, rf: RequestFactory) -> None:
    response = Refusals(lambda request: HttpResponse()).process_exception(rf.get("/chats/"), error)
    assert response is not None
    assert response.status_code == status
    assert "secret reason" not in response.content.decode()
    assert response.headers.get("Retry-After") == ("12" if status == 429 else None)


def test_refusals_reach_htmx_as_a_toast(rf: RequestFactory) -> None:
    response = Refusals(lambda request: HttpResponse()).process_exception(rf.get("/", headers={"hx-request": "true"}), Forbidden("Not for you."))
    assert response is not None
    assert "Not for you." in response["HX-Trigger"]
    assert response["HX-Reswap"] == "none"


def test_refusals_of_the_api_are_left_to_it(rf: RequestFactory) -> None:
    assert Refusals(lambda request: HttpResponse()).process_exception(rf.get("/api/v1/posts"), Forbidden()) is None


def test_server_error_shows_the_request_id_and_nothing_else(rf: RequestFactory) -> None:
    with structlog.contextvars.bound_contextvars(request_id="0198-abc"):
        html = errors.server_error(rf.get("/")).content.decode()
    assert "0198-abc" in html
    assert "Traceback" not in html


def test_server_error_survives_broken_templates(rf: RequestFactory, settings) -> None:  # type: ignore[no-untyped-def]
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": []}]
    response = errors.server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"Something broke" in response.content


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "nonsense", "../../etc/passwd", "a\x00b", ""])
def test_time_zone_cookie_is_taken_only_when_it_names_one(zone: str, rf: RequestFactory) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = rf.get("/")
    request.COOKIES["timezone"] = zone
    LocalTime(view)(request)
    assert seen == ["Europe/Lisbon" if zone == "Europe/Lisbon" else "UTC"]


@override_settings(DEBUG=True)
def test_style_guide_shows_every_component(client: Client) -> None:
    assert client.get("/dev/components/").status_code == 200


@override_settings(DEBUG=True)
def test_mailbox_shows_messages_with_their_links(client: Client, tmp_path: Path) -> None:
    (mail := tmp_path / "mail").mkdir()
    (mail / "20261121-1.log").write_text(
        'Content-Type: text/plain; charset="utf-8"\nSubject: Confirm\nFrom: hello@localhost\nTo: ana@example.org\n\nGo to http://localhost:8000/verify-email/abc/\n'
        + "-" * 79
        + "\n"
    )
    with override_settings(DEV_DIR=tmp_path):
        html = client.get("/dev/mail/").content.decode()
        assert client.get("/dev/mail/unknown/").status_code == 404
    assert "Confirm" in html
    assert 'href="http://localhost:8000/verify-email/abc/"' in html


def test_development_pages_do_not_exist_elsewhere(client: Client) -> None:
    assert client.get("/dev/components/").status_code == 404
    assert client.get("/dev/mail/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("get", "/ana%00/", {}),
        ("get", "/chats/new/?q=%00", {}),
        ("get", "/people/?%00=ana", {}),
        ("post", "/chats/new/", {"person": "\x00"}),
        ("post", "/settings/blocked/", {"person": "\x00"}),
        ("post", "/posts/new/", {"body": "Hello\x00", "audience": "public"}),
        ("get", "/admin/accounts_users/user/?username=%00", {}),
    ],
)
def test_characters_no_text_has_are_refused_by_every_page(client: Client, method: str, path: str, form: dict[str, str]) -> None:
    root = get_user_model().objects.create_superuser("root", "root@example.org", "long enough")
    client.force_login(root)
    answer = getattr(client, method)(path, form) if form else getattr(client, method)(path)
    assert answer.status_code == 400
    if form:
        small = client.post(path, form, headers={"hx-request": "true"})
        assert (small.status_code, "toast" in small["HX-Trigger"]) == (400, True)


def test_files_the_browser_sends_are_no_text(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "file": io.BytesIO(b"\x00\x01")})
    assert answer.status_code == 302


@pytest.mark.parametrize("path", ["/home/", "/explore/", "/settings/", "/chats/", "/root/", "/nothing/of/the/kind/"])
def test_pages_of_whoever_is_signed_in_are_kept_by_nobody(client: Client, path: str) -> None:
    assert "no-store" not in client.get(path).get("Cache-Control", "")
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.org", "long enough"))
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_what_says_itself_how_long_it_keeps_stays_as_it_is(client: Client) -> None:
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.org", "long enough"))
    before = Client().get("/api/v1/feeds/public").get("Cache-Control")
    assert client.get("/api/v1/feeds/public").get("Cache-Control") == before
    assert "no-store" in client.get("/admin/")["Cache-Control"]


def test_the_page_that_signs_somebody_in_is_kept_by_nobody(client: Client) -> None:
    get_user_model().objects.create_superuser("root", "root@example.org", "long enough")
    answer = client.post("/sign-in/", {"login": "root", "password": "long enough"})
    assert answer.cookies
    assert "no-store" in answer["Cache-Control"]
