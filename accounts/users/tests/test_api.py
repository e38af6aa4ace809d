"""The signed-in person over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_me_is_nobody_without_signing_in() -> None:
    assert APIClient().get("/api/v1/users/me").status_code == 401


def test_changes_only_what_is_sent() -> None:
    client = APIClient()
    ana = UserFactory.create(bio="Before", location="Lisbon")
    client.force_login(ana)
    answer = client.patch("/api/v1/users/me", {"bio": "After", "messages_from": "nobody"})
    assert answer.status_code == 200
    assert answer.json()["data"]["bio"] == "After"
    ana.refresh_from_db()
    assert (ana.bio, ana.location, ana.messages_from) == ("After", "Lisbon", "nobody")


@pytest.mark.parametrize("changes", [{"messages_from": "aliens"}, {"website": "javascript:alert(1)"}, {"display_name": "x" * 81}])
def test_refuses_values_that_do_not_fit(changes: dict[str, Any]) -> None:
    client = APIClient()
    ana = UserFactory.create()
    client.force_login(ana)
    assert client.patch("/api/v1/users/me", changes).status_code == 400
    ana.refresh_from_db()
    assert (ana.messages_from, ana.website) == ("everyone", "")


def test_fields_that_are_not_theirs_to_change_stay() -> None:
    client = APIClient()
    ana = UserFactory.create()
    client.force_login(ana)
    client.patch("/api/v1/users/me", {"is_staff": True, "username": "root", "is_verified": True})
    ana.refresh_from_db()
    assert (ana.is_staff, ana.is_verified, ana.username) == (False, False, ana.username)
