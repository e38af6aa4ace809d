"""What staff see of the ways people are reached by. What they may say about them is ``moderation``'s."""

import pytest
from django.test import Client

from accounts.sessions.tests.asking import PHONE
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", email="ana@example.com", phone=PHONE, address__verified=False)


def test_page_of_a_person_has_addresses_and_number(admin_client: Client, ana: User) -> None:
    page = admin_client.get(f"/admin/accounts_users/user/{ana.pk}/change/").content.decode()
    assert "ana@example.com" in page
    assert PHONE in page
    assert admin_client.get("/admin/accounts_users/user/", {"q": PHONE[-6:]}).content.decode().count(str(ana.pk)) > 0
