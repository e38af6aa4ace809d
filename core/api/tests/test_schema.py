from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from core.api.tests import sample


def test_whole_description_is_valid_and_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=StringIO())


def test_description_has_envelope_refusals_cursor_and_key() -> None:
    schema = SchemaGenerator(patterns=sample.urlpatterns).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert schema["openapi"].startswith("3.1")
    listing, making = schema["paths"]["/api/v1/things"]["get"], schema["paths"]["/api/v1/things"]["post"]
    answer = listing["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(answer["required"]) == {"success", "data", "timestamp", "pagination"}
    assert answer["properties"]["data"]["type"] == "array"
    assert {parameter["name"] for parameter in listing["parameters"]} == {"cursor", "limit"}
    assert {parameter["name"] for parameter in making["parameters"]} == {"Idempotency-Key"}
    assert {"400", "401", "403", "409", "422", "429", "default"} <= set(making["responses"])
    assert "404" in schema["paths"]["/api/v1/things/{thing_id}"]["get"]["responses"]
    assert "content" not in schema["paths"]["/api/v1/things/{thing_id}"]["delete"]["responses"]["204"]
    assert "not_found" in schema["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]


@pytest.mark.django_db
def test_description_and_its_page_are_served() -> None:
    assert b"openapi: 3.1" in Client().get("/api/schema/").content
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert b"<script>" not in page.content
