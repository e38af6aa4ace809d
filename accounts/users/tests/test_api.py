"""The signed-in person over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.serializers import MeSerializer, PersonSerializer
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


def test_privacy_choices_are_read_made_and_changed() -> None:
    client, ana = APIClient(), UserFactory.create()
    client.force_login(ana)
    path = "/api/v1/users/me/privacy-settings"
    chosen = client.get(path).json()["data"]
    assert (chosen["is_private"], chosen["found_by_email"], chosen["first_audience"]) == (False, "nobody", "public")
    assert client.patch(path, {"messages_from": "friends"}).json()["data"]["messages_from"] == "friends"
    assert client.put(path, {"messages_from": "nobody"}).status_code == 400
    assert client.put(path, {**chosen, "groups_from": "followed"}).json()["data"]["messages_from"] == "everyone"
    assert client.patch(path, {"friend_requests_from": "friends"}).status_code == 400
    ana.refresh_from_db()
    assert (ana.messages_from, ana.groups_from, ana.friend_requests_from) == ("everyone", "followed", "everyone")


@pytest.mark.parametrize("born", ["2190-01-01", "1700-01-01"])
def test_a_date_of_birth_that_is_nobodys_is_refused(born: str) -> None:
    client, ana = APIClient(), UserFactory.create()
    client.force_login(ana)
    answer = client.patch("/api/v1/users/me", {"birth_date": born, "bio": "After"})
    assert answer.json()["error"]["code"] == "invalid_birth_date"
    ana.refresh_from_db()
    assert (ana.birth_date, ana.bio) == (None, "")


def test_the_profile_says_what_is_missing() -> None:
    client, ana = APIClient(), UserFactory.create(display_name="")
    client.force_login(ana)
    assert client.get("/api/v1/users/me").json()["data"]["profile_completion"] == {"is_complete": False, "missing": ["picture", "name", "bio"]}
    assert client.patch("/api/v1/users/me", {"display_name": "Ana", "bio": "Potter"}).json()["data"]["profile_completion"]["missing"] == ["picture"]


def test_a_status_ends_by_itself() -> None:
    client, ana = APIClient(), UserFactory.create()
    client.force_login(ana)
    path, until = "/api/v1/users/me/status", timezone.now() + timedelta(hours=1)
    assert client.put(path, {"text": "Out", "until": until.isoformat()}).json()["data"]["text"] == "Out"
    assert client.put(path, {"text": "Late", "until": (until - timedelta(hours=2)).isoformat()}).json()["error"]["code"] == "until_in_past"
    assert client.get(path).json()["data"]["text"] == "Out"
    User.objects.filter(pk=ana.pk).update(status_until=timezone.now())
    assert client.get(path).json()["data"]["text"] == ""
    assert client.delete(path).status_code == 204


def test_a_person_looks_alike_by_hand_and_field_by_field() -> None:
    person = UserFactory.create(display_name="Ana", is_verified=True, avatar_key="public/avatars/ana", avatar_blurhash="LEHV6nWB2yk8")
    shown = PersonSerializer(person).data
    whole = MeSerializer(person).data
    assert list(shown) == PersonSerializer.Meta.fields
    assert shown == {name: whole[name] for name in shown}
