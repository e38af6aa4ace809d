"""The matrix of REST: every relation really asks every endpoint with every verb. What is denied changes nothing and tells nobody."""

import json
from collections import Counter
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.sessions.models import Session
from tests.access.conftest import Cell
from tests.access.rows import CONFIRMED, REST, Row
from tests.access.surfaces import api_surfaces
from tests.access.world import RELATIONS, World

CONFIRMING = {"POST auth/reauthenticate"}  # refuses the same way what is too weak for the person
DENIED = {"gone": {404}, "sign in": {401}, "no": {403}, "bad": {400, 409, 422}}


def test_every_endpoint_and_verb_has_a_row_and_no_row_is_for_nothing() -> None:
    surfaces = set(api_surfaces())
    covered = {row.surface for row in REST}
    assert (sorted(surfaces - covered), sorted(covered - surfaces)) == ([], [])


def test_every_row_says_what_every_relation_gets() -> None:
    assert [row.path for row in REST if set(row.outcomes) != set(RELATIONS)] == []


@pytest.mark.parametrize("row", REST, ids=lambda row: f"{row.surface.split()[0]} {row.path}")
def test_rest(world: World, row: Row) -> None:
    wrong = {}
    for relation in RELATIONS:
        with Cell() as cell:
            found = outcome(ask(world, relation, row), row.about.format(**world.places[relation]))
        wanted = row.outcomes[relation]
        if found != wanted:
            wrong[relation] = f"{found} instead of {wanted}"
        elif wanted in DENIED and cell.written:
            wrong[relation] = f"{wanted}, and yet {cell.written}"
    assert not wrong, wrong


@pytest.mark.parametrize("row", REST, ids=lambda row: f"{row.surface.split()[0]} {row.path}")
def test_who_has_not_confirmed_that_it_is_them_is_asked_to_by_what_is_dangerous_and_nothing_else(world: World, row: Row) -> None:
    with Cell() as cell:
        Session.objects.update(confirmed_at=None, confirmed_by="")
        cell.statements.clear()
        answer = ask(world, "self", row)
    refused = answer.status_code == 403 and answer.json()["error"]["code"] == "reauthentication_required"
    assert refused == (row.surface in CONFIRMED | CONFIRMING)
    assert not refused or cell.written == []


def ask(world: World, relation: str, row: Row) -> Any:
    client, place = APIClient(), world.places[relation]
    if token := world.tokens.get(relation):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    body = {name: filled(value, place) for name, value in (row.body or {}).items()}
    verb = row.surface.split()[0].lower()
    return client.generic(verb.upper(), f"/api/v1/{row.path.format(**place)}", *payload(verb, body))


def filled(value: Any, place: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled(part, place) for part in value]
    return value.format(**place) if isinstance(value, str) else value


def payload(verb: str, body: dict[str, Any]) -> tuple[Any, ...]:
    return () if verb in {"get", "delete"} else (json.dumps(body), "application/json")


def outcome(answer: Any, about: str) -> str:
    status = answer.status_code
    for name, statuses in DENIED.items():
        if status in statuses:
            return name
    if status >= 400:
        return f"{status} {answer.content[:200]!r}"
    data = answer.json().get("data") if answer.content else None
    return "empty" if data == [] or about not in answer.content.decode() else "ok"


def test_the_matrix_knows_every_outcome() -> None:
    said = Counter(wanted for row in REST for wanted in row.outcomes.values())
    assert set(said) == {"ok", "empty", *DENIED}
