import json
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from django.core.cache import cache
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from rest_framework.test import APIClient

from core.api.renderers import EnvelopeRenderer
from core.events.models import OutboxEvent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("core.api.tests.sample")]
NOWHERE = "/api/v1/things/01935c3e-0000-7000-8000-000000000000"


def test_success_is_wrapped(anyone: APIClient) -> None:
    response = anyone.post("/api/v1/things", {"name": "chair"})
    body = response.json()
    assert response.status_code == 201
    assert set(body) == {"success", "data", "timestamp"}
    assert body["success"] is True
    assert body["data"]["name"] == "chair"
    assert datetime.fromisoformat(body["timestamp"]).utcoffset() is not None
    assert response["Content-Type"] == "application/json"


def test_no_content_has_no_body(anyone: APIClient) -> None:
    response = anyone.delete(NOWHERE)
    assert response.status_code == 204
    assert response.content == b""


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", NOWHERE, 404, "not_found"),
        ("get", "/api/v1/nothing/here", 404, "not_found"),
        ("post", "/api/nowhere", 404, "not_found"),
        ("delete", "/api/v1/things/a%0A%07", 404, "not_found"),
        ("patch", "/api/v1/things", 405, "method_not_allowed"),
        ("get", "/api/v1/refusals/conflict", 409, "conflict"),
        ("get", "/api/v1/refusals/limited", 429, "rate_limited"),
        ("get", "/api/v1/things?limit=0", 400, "invalid_limit"),
        ("get", "/api/v1/things?limit=x", 400, "invalid_limit"),
        ("get", "/api/v1/things?cursor=x%00y", 400, "invalid_characters"),
        ("get", "/api/v1/refusals/a%00b", 400, "invalid_characters"),
    ],
)
def test_refusals_share_one_shape(anyone: APIClient, method: str, path: str, status: int, code: str) -> None:
    response = getattr(anyone, method)(path)
    body = response.json()
    assert response.status_code == status
    assert set(body) == {"success", "error", "timestamp"}
    assert body["success"] is False
    assert body["error"]["code"] == code
    assert body["error"]["message"]
    assert isinstance(body["error"]["details"], dict)


def test_private_without_sign_in_is_not_authenticated_or_forbidden(anyone: APIClient) -> None:
    assert anyone.get("/api/v1/refusals/private").json()["error"]["code"] in {"not_authenticated", "forbidden"}


def test_fields_are_named_with_code_and_detail(anyone: APIClient) -> None:
    response = anyone.post("/api/v1/things", {"name": "x" * 21, "tags": ["ok", "longer than five"]})
    error = response.json()["error"]
    assert response.status_code == 400
    assert error["code"] == "validation_error"
    fields = {(field["attr"], field["code"]) for field in error["details"]["fields"]}
    assert fields == {("name", "max_length"), ("tags.1", "max_length")}
    assert not OutboxEvent.objects.exists()


def test_problem_json_for_errors_when_named(anyone: APIClient) -> None:
    response = anyone.get(NOWHERE, HTTP_ACCEPT="application/json, application/problem+json")
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == 404
    assert body["code"] == "not_found"
    assert body["title"]
    assert body["detail"]
    assert anyone.get("/api/v1/things", HTTP_ACCEPT="application/problem+json")["Content-Type"] == "application/json"


def test_unservable_accept_is_406_in_the_envelope(anyone: APIClient) -> None:
    response = anyone.get("/api/v1/things", HTTP_ACCEPT="image/png")
    assert response.status_code == 406
    assert json.loads(response.content)["error"]["code"] == "not_acceptable"


def test_unknown_failure_shows_a_request_id_and_nothing_else(anyone: APIClient) -> None:
    anyone.raise_request_exception = False
    response = anyone.get("/api/v1/refusals/broken", HTTP_X_REQUEST_ID="abcdef-123456")
    assert response.status_code == 500
    assert b"forty-two" not in response.content
    assert response.json()["error"]["code"] == "internal_error"
    assert list(response.json()["error"]["details"]) == ["request_id"]


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"\xff\xfe", "application/json", 400, "parse_error"),
        (b'{"name": NaN}', "application/json", 400, "parse_error"),
        (rb'{"name": "a\u0000b"}', "application/json", 400, "parse_error"),
        (rb'{"a\u0000b": 1}', "application/json", 400, "parse_error"),
        (rb'{"name": "\ud800"}', "application/json", 400, "parse_error"),
        (b"[" * 33 + b"]" * 33, "application/json", 400, "parse_error"),
        (b"[" * 100_000, "application/json", 400, "parse_error"),
        (b'{"name": "' + b"x" * 1_048_576 + b'"}', "application/json", 413, "body_too_large"),
        (b"[1]", "application/json", 400, "validation_error"),
        (b"null", "application/json", 400, "validation_error"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"x", "nonsense", 415, "unsupported_media_type"),
    ],
)
def test_hostile_bodies_are_refused(anyone: APIClient, content: bytes, content_type: str, status: int, code: str) -> None:
    response = anyone.generic("POST", "/api/v1/things", content, content_type=content_type)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert not OutboxEvent.objects.exists()


def test_unusual_values_are_written_as_json() -> None:
    cache.clear()
    value = {
        SafeString("key"): SafeString("safe"),
        "lazy": gettext_lazy("lazy"),
        "decimal": Decimal("1.50"),
        "uuid": UUID(int=7),
        "raw": msgspec.Raw(b'{"from": "cache"}'),
    }
    data = json.loads(EnvelopeRenderer().render(value))["data"]
    assert data == {"key": "safe", "lazy": "lazy", "decimal": "1.50", "uuid": str(UUID(int=7)), "raw": {"from": "cache"}}


def test_a_read_is_not_sent_again_to_whoever_has_it(anyone: APIClient) -> None:
    first = anyone.get("/api/v1/things")
    again = anyone.get("/api/v1/things", HTTP_IF_NONE_MATCH=first["ETag"])
    assert first["ETag"].startswith('W/"')
    assert again.status_code == 304
    assert again.content == b""
    OutboxEvent.objects.create(name="new", payload={}, pending=[])
    changed = anyone.get("/api/v1/things", HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert "private" in changed["Cache-Control"]
