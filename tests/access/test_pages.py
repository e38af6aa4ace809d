"""The matrix of pages: every relation really asks every page, to look and to send. What is denied changes nothing and tells nobody."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.sessions.models import Session
from tests.access.conftest import Cell
from tests.access.page_rows import CONFIRMED_PAGES, PAGES
from tests.access.rows import Row
from tests.access.surfaces import page_surfaces
from tests.access.test_rest import DENIED
from tests.access.world import World


def test_every_page_has_a_row_and_no_row_is_for_nothing(world: World) -> None:
    with Cell():
        surfaces = set(page_surfaces(browser(world, "self"), browser(world, "nobody")))
    covered = {row.surface for row in PAGES}
    assert (sorted(surfaces - covered), sorted(covered - surfaces)) == ([], [])


@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row.surface.split()[0]} {row.path}")
def test_page(world: World, row: Row) -> None:
    wrong = {}
    for relation, wanted in row.outcomes.items():
        place = world.places[relation]
        with Cell() as cell:
            found = outcome(ask(world, relation, row, place), row.about.format(**place))
        if found == "home" and wanted == "ok" and relation in world.cookies:
            found = "ok"  # a form may lead there, too
        if found != wanted:
            wrong[relation] = f"{found} instead of {wanted}"
        elif wanted in DENIED and cell.written:
            wrong[relation] = f"{wanted}, and yet {cell.written}"
    assert not wrong, wrong


@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row.surface.split()[0]} {row.path}")
def test_who_has_not_confirmed_that_it_is_them_is_asked_to_by_what_is_dangerous_and_nothing_else(world: World, row: Row) -> None:
    place = world.places["self"]
    with Cell() as cell:
        Session.objects.update(confirmed_at=None, confirmed_by="")
        cell.statements.clear()
        answer = ask(world, "self", row, place)
    refused = answer.status_code == 302 and answer["Location"].startswith("/settings/confirm/?next=")
    assert refused == (row.surface in CONFIRMED_PAGES)
    assert not refused or cell.written == []


def ask(world: World, relation: str, row: Row, place: dict[str, str]) -> Any:
    body = {name: value.format(**place) for name, value in (row.body or {}).items()}
    return getattr(browser(world, relation), row.surface.split()[0].lower())(row.path.format(**place), body)


def browser(world: World, relation: str) -> Client:
    client = Client()
    if key := world.cookies.get(relation):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def outcome(answer: Any, about: str) -> str:
    status = answer.status_code
    if status in {301, 302} and answer["Location"].startswith(settings.LOGIN_URL):
        return "sign in"
    if status in {301, 302} and answer["Location"] == settings.LOGIN_REDIRECT_URL:
        return "home"
    for name, statuses in DENIED.items():
        if status in statuses:
            return name
    if status >= 400:
        return str(status)
    text = b"".join(answer) if answer.streaming else answer.content
    return "ok" if status >= 300 or about in text.decode() else "empty"
