"""The description at /ws/schema/ says what the registry knows."""

import pytest
from django.test import Client

from core.realtime.codes import CloseCode
from core.realtime.registry import commands, outbound


def test_every_frame_type_is_described() -> None:
    described = Client().get("/ws/schema/").json()
    assert described["asyncapi"] == "3.0.0"
    names = {message["name"] for message in described["components"]["messages"].values()}
    assert names == {*commands, *outbound, "ack", "error"}
    assert {close["code"] for close in described["x-close-codes"]} == {int(code) for code in CloseCode}


def test_every_reference_leads_somewhere() -> None:
    described = Client().get("/ws/schema/").json()

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            return [item for key, inner in value.items() for item in ([inner] if key == "$ref" else references(inner))]
        return [item for inner in value for item in references(inner)] if isinstance(value, list) else []

    for reference in references(described):
        target = described
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.django_db
def test_people_get_a_page() -> None:
    response = Client().get("/ws/schema/", headers={"accept": "text/html,*/*;q=0.8"})
    assert response["content-type"].startswith("text/html")
    assert "authenticate" in response.content.decode()
