from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from core.events.models import OutboxEvent
from core.ops import health
from core.ops.tasks import heartbeat

pytestmark = [pytest.mark.django_db(transaction=True)]


def failing() -> None:
    raise OperationalError("password=hunter2")


def replace_check(monkeypatch: pytest.MonkeyPatch, name: str, ask: Any) -> None:
    checks = [health.Check(check.name, ask, check.required) if check.name == name else check for check in health.CHECKS]
    monkeypatch.setattr(health, "CHECKS", checks)


def test_alive_is_answered_to_any_host_and_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/healthz", HTTP_HOST="10.1.2.3:8000")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_ready_with_everything_there() -> None:
    heartbeat.apply()
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": dict.fromkeys(["database", "redis", "storage", "workers"], "ok")}


def test_without_workers_degraded_but_serving() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["workers"] == "failing"


def test_without_the_database_out_of_service_and_silent_about_why(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_check(monkeypatch, "database", failing)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failing"
    assert b"hunter2" not in response.content


def test_a_check_that_hangs_does_not_hang_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    release = Event()
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    replace_check(monkeypatch, "storage", release.wait)
    response = Client().get("/readyz")
    release.set()
    assert response.json()["checks"]["storage"] == "failing"


@pytest.mark.parametrize(
    ("offered", "kept"), [("abc-12345_x.9", True), ("short", False), ("x" * 65, False), ("bad\nline0000", False), ("<script>1", False)]
)
def test_request_id_is_kept_when_harmless(offered: str, kept: bool) -> None:
    response = Client().get("/api/nowhere", HTTP_X_REQUEST_ID=offered)
    assert (response["X-Request-ID"] == offered) is kept
    assert len(response["X-Request-ID"]) >= 8


def test_metrics_tell_queue_depth_to_those_who_may_know(settings: Any) -> None:
    OutboxEvent.objects.create(name="x", payload={}, pending=["y"])
    body = Client().get("/metrics").content.decode()
    assert 'hubbub_outbox_events{state="pending"} 1.0' in body
    assert "hubbub_outbox_oldest_seconds" in body
    Client().get("/api/v1/feeds/public")
    body = Client().get("/metrics").content.decode()
    assert 'hubbub_requests_total{method="GET",status="200",view="api-public-feed"}' in body
    assert 'hubbub_request_seconds_count{view="api-public-feed"}' in body
    assert Client(REMOTE_ADDR="192.0.2.1").get("/metrics").status_code == 404
    assert Client(HTTP_X_FORWARDED_FOR="127.0.0.1").get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "open-sesame"
    assert Client(REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer open-sesame").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer open").get("/metrics").status_code == 404


@pytest.mark.parametrize(("address", "headers"), [("203.0.113.7", {}), ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"})])
def test_what_it_stands_on_is_for_those_who_may_read_the_figures(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, address: str, headers: dict[str, str]
) -> None:
    asked: list[str] = []
    for check in health.CHECKS:
        replace_check(monkeypatch, check.name, lambda name=check.name: asked.append(name))
    settings.METRICS_TOKEN = "let-me-see"
    assert Client().get("/readyz", REMOTE_ADDR=address, headers=headers, follow=True).status_code == 404
    assert asked == []
    assert Client().get("/healthz", REMOTE_ADDR=address, headers=headers).status_code == 200
    assert Client().get("/readyz", REMOTE_ADDR=address, headers={**headers, "Authorization": "Bearer let-me-see"}).status_code == 200
    assert sorted(asked) == sorted(check.name for check in health.CHECKS)
