"""Test environment and the fixtures that name people; the rest is in ``core.testing.plugin``, which knows no app."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

pytest_plugins = ["core.testing.plugin", "core.realtime.catalogue"]

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from accounts.users.models import User

    MakePerson = Callable[..., User]


@pytest.fixture
def make_person(db: None) -> "MakePerson":
    """``make_person(username="ana", …)``: a person who can sign in."""
    from accounts.users.tests.factories import UserFactory

    return UserFactory.create


@pytest.fixture
def person(make_person: "MakePerson") -> "User":
    return make_person()


@pytest.fixture
def other_person(make_person: "MakePerson") -> "User":
    return make_person()


@pytest.fixture
def api() -> "APIClient":
    """A REST client nobody is signed in on."""
    from rest_framework.test import APIClient

    return APIClient()


@pytest.fixture
def as_person() -> Callable[["User"], "APIClient"]:
    """``as_person(ana).get("/api/v1/…")``: a REST client that is that person, without going through sign-in."""
    from rest_framework.test import APIClient

    def client_of(user: "User") -> "APIClient":
        client = APIClient()
        client.force_authenticate(user)
        return client

    return client_of
