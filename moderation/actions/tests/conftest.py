"""Whoever may do everything, and whom it is done to."""

import pytest
from django.test import Client

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory


@pytest.fixture
def root() -> User:
    return UserFactory.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana")
