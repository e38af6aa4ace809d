import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient
from structlog.testing import capture_logs

pytestmark = pytest.mark.django_db


def test_a_request_leaves_one_line_that_says_what_became_of_it(person: Any, as_person: Callable[[Any], APIClient]) -> None:
    with capture_logs() as lines:
        as_person(person).get("/api/v1/feeds/home?limit=5")
    (line,) = [line for line in lines if line["event"] == "request"]
    said = {name: line[name] for name in ("method", "path", "status", "user_id", "log_level")}
    assert said == {"method": "GET", "path": "/api/v1/feeds/home?limit=5", "status": 200, "user_id": str(person.pk), "log_level": "info"}
    assert line["ms"] >= 0


def test_refusals_and_failures_are_louder(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with capture_logs() as lines:
        Client().get("/api/v1/nowhere")
        monkeypatch.setattr("social.feeds.selectors.public_ids", broken)
        Client(raise_request_exception=False).get("/api/v1/feeds/public?cursor=AAAAAAAAAAAAAAAAAAAAAA")
        Client(raise_request_exception=False).get("/explore/")
    assert [line["log_level"] for line in lines if line["event"] == "request"] == ["warning", "error", "error"]
    assert len([line for line in lines if line["event"] == "request_failed"]) == 2


def test_a_page_that_asks_for_nobody_costs_no_query_for_its_line(count_queries: Callable[[Callable[[], object]], int]) -> None:
    browser = Client()
    browser.cookies["sessionid"] = uuid.uuid4().hex
    assert count_queries(lambda: browser.get("/robots.txt")) <= 1
