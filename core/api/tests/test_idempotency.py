from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from core.api.idempotency import forget_old
from core.api.models import IdempotentRequest
from core.events.models import OutboxEvent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("core.api.tests.sample")]


def send(client: APIClient, key: str, name: str = "chair", path: str = "/api/v1/things") -> Any:
    return client.post(path, {"name": name}, headers={"Idempotency-Key": key})


def test_same_key_gives_the_same_answer_and_one_effect(signed_in: APIClient) -> None:
    first, again = send(signed_in, "k1"), send(signed_in, "k1")
    assert first.status_code == again.status_code == 201
    assert first.json()["data"] == again.json()["data"]
    assert again["Idempotency-Replayed"] == "true"
    assert OutboxEvent.objects.count() == 1


def test_other_keys_and_other_people_have_effects_of_their_own(signed_in: APIClient, someone: Any) -> None:
    other = APIClient()
    other.force_authenticate(type(someone).objects.create(username="other", email="other@example.com"))
    send(signed_in, "k1")
    send(signed_in, "k2")
    send(other, "k1")
    assert OutboxEvent.objects.count() == 3


def test_same_key_with_another_body_is_refused(signed_in: APIClient) -> None:
    send(signed_in, "k1")
    response = send(signed_in, "k1", "table")
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "idempotency_key_reused"
    assert OutboxEvent.objects.count() == 1


def test_refused_request_leaves_neither_effect_nor_memory(signed_in: APIClient) -> None:
    assert send(signed_in, "k1", path="/api/v1/refusals/x").status_code == 409
    assert not OutboxEvent.objects.exists()
    assert not IdempotentRequest.objects.exists()


def test_invalid_body_may_be_corrected_under_the_same_key(signed_in: APIClient) -> None:
    assert send(signed_in, "k1", "x" * 21).status_code == 400
    assert send(signed_in, "k1").status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "é"])
def test_nonsense_keys_are_refused(signed_in: APIClient, key: str) -> None:
    assert send(signed_in, key).json()["error"]["code"] == "idempotency_key_invalid"
    assert not OutboxEvent.objects.exists()


def test_after_a_day_the_key_is_free_again(signed_in: APIClient) -> None:
    send(signed_in, "k1")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in send(signed_in, "k1", "table")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert forget_old() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_one_effect(someone: Any) -> None:
    def attempt(_: int) -> Any:
        client = APIClient()
        client.force_authenticate(someone)
        try:
            return send(client, "k1")
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as threads:
        responses = list(threads.map(attempt, range(50)))
    statuses = {response.status_code for response in responses}
    assert statuses <= {201, 409}
    assert {response.json()["error"]["code"] for response in responses if response.status_code == 409} <= {"idempotency_in_progress"}
    assert len({response.json()["data"]["id"] for response in responses if response.status_code == 201}) == 1
    assert OutboxEvent.objects.count() == 1
