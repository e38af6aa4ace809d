import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings
from redis.exceptions import TimeoutError as RedisTimeout
from rest_framework.test import APIClient

from core.api import limits
from core.api.addresses import client_address, limit_key
from core.errors import RateLimited, Unavailable
from core.events.models import OutboxEvent
from core.realtime.tests.own_redis import OwnRedis

pytestmark = [pytest.mark.django_db, pytest.mark.urls("core.api.tests.sample")]
HOUR = 3600


@pytest.fixture(autouse=True)
def _fresh_counts(settings: Settings) -> None:
    cache.clear()
    settings.LIMITS = {**settings.LIMITS, "api_anonymous": "5/hour", "api_signed_in": "8/hour", "uploads": "2/hour", "sign_in": "5/15 minutes"}


def test_forty_at_once_get_the_limit_exactly() -> None:
    def attempt(_: int) -> bool:
        try:
            limits.enforce("sign_in", "address:192.0.2.1")
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(40) as threads:
        assert sum(threads.map(attempt, range(40))) == 5


@pytest.mark.django_db(transaction=True)
def test_forty_requests_at_once_get_the_limit_exactly() -> None:
    def attempt(_: int) -> int:
        try:
            return APIClient().get("/api/v1/things").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        statuses = list(threads.map(attempt, range(40)))
    assert statuses.count(200) == 5
    assert statuses.count(429) == 35


def test_headers_say_where_the_caller_stands(anyone: APIClient) -> None:
    response = anyone.get("/api/v1/things")
    assert response["RateLimit-Policy"] == f'"api_anonymous";q=5;w={HOUR}'
    assert response["RateLimit"].startswith('"api_anonymous";r=4;t=')
    for _ in range(4):
        anyone.get("/api/v1/things")
    refused = anyone.post("/api/v1/things", {"name": "x"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= HOUR
    assert refused.json()["error"]["details"]["retry_after"] > 0
    assert not OutboxEvent.objects.exists()


def test_signed_in_people_have_a_count_of_their_own(anyone: APIClient, signed_in: APIClient) -> None:
    for _ in range(6):
        anyone.get("/api/v1/things")
    assert [signed_in.get("/api/v1/things").status_code for _ in range(9)] == [200] * 8 + [429]


def test_endpoint_scope_counts_besides_the_general_one(signed_in: APIClient, someone: Any) -> None:
    assert [signed_in.post("/api/v1/uploads").status_code for _ in range(3)] == [200, 200, 429]
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.77")
    elsewhere.force_authenticate(someone)
    assert elsewhere.post("/api/v1/uploads").status_code == 429
    assert '"uploads";q=2' in elsewhere.post("/api/v1/uploads")["RateLimit-Policy"]


def test_forwarded_header_does_not_dodge_the_limit(anyone: APIClient) -> None:
    statuses = [anyone.get("/api/v1/things", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}").status_code for number in range(6)]
    assert statuses[-1] == 429


def test_case_and_space_do_not_dodge_the_limit() -> None:
    for number in range(5):
        limits.enforce("sign_in", "name:Ana@Example.com" if number % 2 else " name:ana@example.COM ")
    with pytest.raises(RateLimited):
        limits.enforce("sign_in", "name:ANA@example.com")


def test_amounts_are_counted_whole_or_not_at_all(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads": "10/hour", "sign_in": "15/hour"}
    (person, network) = limits.consume_amount(7, uploads="ana", sign_in="home")
    assert [(verdict.allowed, verdict.limit, verdict.remaining) for verdict in (person, network)] == [(True, 10, 3), (True, 15, 8)]
    refused = limits.consume_amount(4, uploads="ana", sign_in="home")
    assert [(verdict.allowed, verdict.remaining) for verdict in refused] == [(False, 3), (True, 8)]
    assert HOUR - 150 < refused[0].reset_after <= HOUR
    assert [verdict.remaining for verdict in limits.consume_amount(3, uploads="ana", sign_in="home")] == [0, 5]
    assert [verdict.allowed for verdict in limits.consume_amount(6, uploads="ben", sign_in="home")] == [True, False]
    assert [verdict.remaining for verdict in limits.consume_amount(5, uploads="ben", sign_in="home")] == [5, 0]
    assert [verdict.allowed for verdict in limits.consume_amount(11, uploads="cem", sign_in="cem")] == [False, True]


def test_amounts_of_forty_at_once_come_to_the_limit_exactly(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads": "100/hour"}
    with ThreadPoolExecutor(40) as threads:
        allowed = list(threads.map(lambda _: limits.consume_amount(9, uploads="ana")[0].allowed, range(40)))
    assert allowed.count(True) == 11
    assert limits.consume_amount(1, uploads="ana")[0].remaining == 0


def test_amounts_are_forgiven_when_their_slice_leaves_the_window(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads": "10/2 seconds"}
    limits.consume_amount(8, uploads="ana")
    refused = limits.consume_amount(3, uploads="ana")[0]
    assert not refused.allowed
    time.sleep(refused.reset_after + 1)  # its clock has whole seconds
    assert limits.consume_amount(10, uploads="ana")[0].allowed


def test_without_redis_secrets_are_guarded_and_the_rest_goes_on(settings: Settings, anyone: APIClient) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    assert anyone.get("/api/v1/things").status_code == 200
    with pytest.raises(Unavailable):
        limits.enforce("sign_in", "address:192.0.2.1")
    with pytest.raises(Unavailable):
        limits.consume_amount(1, sign_in="ana", uploads="ana")
    assert limits.consume_amount(1, uploads="ana") == []


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "198.51.100.1", "unknown"),
    ],
)
def test_only_our_own_proxies_are_believed(settings: Settings, peer: str, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_an_ipv6_client_counts_as_its_network() -> None:
    assert limit_key("2001:db8:1:2:aaaa::1") == limit_key("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert limit_key("192.0.2.1") == "192.0.2.1"


def test_while_redis_hangs_secrets_are_guarded_and_the_rest_goes_on_and_all_is_back_by_itself(settings: Settings, tmp_path: Path) -> None:
    own_redis = OwnRedis(tmp_path)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": own_redis.url}}
    try:
        asyncio.run(own_redis.answers())
        for _ in range(4):
            limits.enforce("sign_in", "name:ana")
        own_redis.hang()
        for scope in settings.LIMITS_FAIL_CLOSED:
            with pytest.raises(Unavailable):
                limits.enforce(scope, "name:ana")
        assert limits.enforce("api_anonymous", "address:192.0.2.1") == []
        limits.forgive("api_anonymous", "address:192.0.2.1")
        with pytest.raises(RedisTimeout):
            cache.get("anything")
        own_redis.go_on()
        asyncio.run(own_redis.answers())
        assert limits.enforce("sign_in_name", "name:ana")[0].allowed
        assert cache.get("anything") is None
    finally:
        own_redis.end()


def test_refusals_count_like_requests(anyone: APIClient, signed_in: APIClient) -> None:
    """Of whoever sends a forged token, or none."""
    forged = {"Authorization": "Bearer forged"}
    statuses = [anyone.get("/api/v1/for-staff", headers=forged if number % 2 else {}).status_code for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert int(anyone.get("/api/v1/for-staff", headers=forged)["Retry-After"]) > 0
    assert anyone.get("/api/v1/things").status_code == 429
    assert signed_in.get("/api/v1/things").status_code == 200


def test_refusals_of_somebody_signed_in_count_for_them(signed_in: APIClient) -> None:
    statuses = [signed_in.get("/api/v1/for-staff").status_code for _ in range(9)]
    assert statuses == [403] * 8 + [429]
