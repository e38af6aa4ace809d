import pytest
from django.test import Client
from django.urls import resolve
from rest_framework.test import APIClient

from core.api.middleware import find

pytestmark = pytest.mark.django_db
SAMPLE = pytest.mark.urls("core.api.tests.sample")


@SAMPLE
@pytest.mark.parametrize("path", ["/api/v1/things", "/api/v1/things/01935c3e-0000-7000-8000-000000000000", "/api/v1/nothing/here"])
def test_an_answer_is_nothing_a_browser_would_run_load_or_frame(anyone: APIClient, path: str) -> None:
    response = anyone.get(path)
    assert response["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Request-ID"]
    assert int(response["Content-Length"]) == len(response.content)


def test_pages_keep_the_policy_of_pages() -> None:
    response = Client().get("/terms/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


def test_the_api_documentation_is_a_page() -> None:
    assert "default-src 'none'" not in Client().get("/api/docs/").get("Content-Security-Policy", "")


@SAMPLE
def test_addresses_with_ids_are_looked_up_each_for_itself(anyone: APIClient) -> None:
    one, other = (find(f"/api/v1/refusals/{kind}").kwargs["kind"] for kind in ("one", "other"))
    assert (one, other) == ("one", "other")
    assert find("/api/v1/things") is find("/api/v1/things")


ONE, OTHER = "01935c3e-0000-7000-8000-00000000000a", "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/feeds/public",
        f"/api/v1/posts/{ONE}",
        f"/api/v1/posts/{OTHER}/comments",
        f"/api/v1/users/{ONE}",
        "/api/v1/users/ana",
        "/api/v1/users/me",
        f"/api/v1/users/{ONE}/posts",
        f"/api/v1/conversations/{OTHER}/messages",
        f"/api/v1/{ONE}/{OTHER}/{ONE}/{OTHER}",
        "/api/v1/" + "x" * 300,
    ],
)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_is_found_is_what_django_finds(path: str, turn: int) -> None:
    found, resolved = find(path), resolve(path)
    assert (found.func, found.args, found.kwargs, found.view_name, found.route) == (
        resolved.func,
        resolved.args,
        resolved.kwargs,
        resolved.view_name,
        resolved.route,
    )
