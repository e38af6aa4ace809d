"""What staff see of the ways people are reached by, and the one thing they may say about them."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.sessions.tests.asking import PHONE
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/account/emailaddress/"


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", email="ana@example.com", phone=PHONE, address__verified=False)


def mark(client: Client, person: User) -> str:
    address = EmailAddress.objects.get(user=person)
    return client.post(LIST, {"action": "mark_verified", "_selected_action": [str(address.pk)]}, follow=True).content.decode()


def test_page_of_a_person_has_addresses_and_number(admin_client: Client, ana: User) -> None:
    page = admin_client.get(f"/admin/accounts_users/user/{ana.pk}/change/").content.decode()
    assert "ana@example.com" in page
    assert PHONE in page
    assert admin_client.get("/admin/accounts_users/user/", {"q": PHONE[-6:]}).content.decode().count(str(ana.pk)) > 0


def test_address_marked_as_verified_lets_its_owner_in_and_is_noted(admin_client: Client, ana: User) -> None:
    assert "1 marked as verified" in mark(admin_client, ana)
    assert EmailAddress.objects.get(user=ana).verified
    entry = LogEntry.objects.get()
    assert entry.object_id == str(ana.pk)
    assert "ana@example.com" in entry.get_change_message()


def test_address_somebody_else_confirmed_stays_as_it_is(admin_client: Client, ana: User) -> None:
    EmailAddress.objects.create(user=UserFactory.create(email=None), email="ana@example.com", verified=True, primary=True)
    assert "belongs to somebody" in mark(admin_client, ana)
    assert not EmailAddress.objects.get(user=ana).verified
    assert not LogEntry.objects.exists()


def test_staff_who_may_only_look_mark_nothing(ana: User) -> None:
    helper = UserFactory.create(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename="view_emailaddress"))
    client = Client()
    client.force_login(helper)
    assert client.get(LIST).status_code == 200
    mark(client, ana)
    assert not EmailAddress.objects.get(user=ana).verified
    assert not LogEntry.objects.exists()
