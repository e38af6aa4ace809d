import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.api.models import IdempotentRequest
from core.errors import Invalid
from core.events.models import OutboxEvent
from core.models import uuid7
from core.paging import decode_cursor, encode_cursor, keyset_page

pytestmark = [pytest.mark.django_db, pytest.mark.urls("core.api.tests.sample")]


def make(count: int) -> list[str]:
    return [str(OutboxEvent.objects.create(name=f"n{number}", payload={}, pending=[]).pk) for number in range(count)]


def test_following_links_meets_every_row_once_while_rows_arrive(anyone: APIClient) -> None:
    made = make(25)
    seen: list[str] = []
    url: str | None = "/api/v1/things?limit=7"
    while url:
        response = anyone.get(url)
        body = response.json()
        seen += [thing["id"] for thing in body["data"]]
        assert body["pagination"]["has_more"] is (body["pagination"]["next"] is not None)
        link = re.fullmatch(r'<http://testserver(.+)>; rel="next"', response.headers.get("Link", ""))
        url = link.group(1) if link else None
        make(2)
    assert seen == made[::-1]


def test_a_page_costs_the_same_at_any_size(anyone: APIClient) -> None:
    counts = []
    for rows in (3, 60):
        make(rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            anyone.get("/api/v1/things?limit=50")
        counts.append(len(queries))
    assert counts[0] == counts[1] == 1


@pytest.mark.parametrize("cursor", ["x", "!!!!", "a" * 21 + "é", "A" * 500, " " * 22])
def test_malformed_cursor_is_refused(anyone: APIClient, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        decode_cursor(cursor)
    response = anyone.get("/api/v1/things", {"cursor": cursor})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_cursor"


def test_cursor_survives_the_round_trip() -> None:
    key = uuid7()
    assert decode_cursor(encode_cursor(key)) == key


def test_oldest_first_goes_up() -> None:
    made = make(5)
    first = keyset_page(OutboxEvent.objects.all(), limit=3, oldest_first=True)
    rest = keyset_page(OutboxEvent.objects.all(), limit=3, cursor=first.next, oldest_first=True)
    assert [str(row.pk) for row in first.items + rest.items] == made
    assert rest.next is None


def test_key_may_be_another_column() -> None:
    people = [uuid7() for _ in range(4)]
    for person in reversed(people):
        IdempotentRequest.objects.create(person_id=person, key="k", route="r", fingerprint="", status=200, body="")
    first = keyset_page(IdempotentRequest.objects.all(), limit=3, key="person_id")
    rest = keyset_page(IdempotentRequest.objects.all(), limit=3, key="person_id", cursor=first.next)
    assert [row.person_id for row in first.items + rest.items] == people[::-1]


def test_page_maps_its_rows() -> None:
    make(3)
    page = keyset_page(OutboxEvent.objects.all(), limit=2).map(lambda row: row.name)
    assert page.items == ["n2", "n1"]
    assert page.has_more
