"""The matrix of pages: every relation really asks every page, to look and to send. What is denied changes nothing and tells nobody."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.access.conftest import Cell
from tests.access.page_rows import PAGES
from tests.access.rows import Row
from tests.access.surfaces import page_surfaces
from tests.access.test_rest import DENIED
from tests.access.world import World

# Ways of proving who one is concern no other person: their tests are in accounts/sessions.
PROOFS = ("sign-", "verify/", "forgot/", "^reset/")


def test_every_page_has_a_row_and_no_row_is_for_nothing(world: World) -> None:
    with Cell():
        surfaces = {surface for surface in page_surfaces(browser(world, "self")) if not surface.split(" /")[1].startswith(PROOFS)}
    covered = {row.surface for row in PAGES}
    assert (sorted(surfaces - covered), sorted(covered - surfaces)) == ([], [])


@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row.surface.split()[0]} {row.path}")
def test_page(world: World, row: Row) -> None:
    wrong = {}
    for relation, wanted in row.outcomes.items():
        place = world.places[relation]
        body = {name: value.format(**place) for name, value in (row.body or {}).items()}
        with Cell() as cell:
            asks, path = browser(world, relation), row.path.format(**place)
            answer = getattr(asks, row.surface.split()[0].lower())(path, body)
            found = outcome(answer, row.about.format(**place))
        if found != wanted:
            wrong[relation] = f"{found} instead of {wanted}"
        elif wanted in DENIED and cell.written:
            wrong[relation] = f"{wanted}, and yet {cell.written}"
    assert not wrong, wrong


def browser(world: World, relation: str) -> Client:
    client = Client()
    if key := world.cookies.get(relation):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def outcome(answer: Any, about: str) -> str:
    status = answer.status_code
    if status in {301, 302} and answer["Location"].startswith(settings.LOGIN_URL):
        return "sign in"
    for name, statuses in DENIED.items():
        if status in statuses:
            return name
    if status >= 400:
        return str(status)
    text = b"".join(answer) if answer.streaming else answer.content
    return "ok" if status >= 300 or about in text.decode() else "empty"
