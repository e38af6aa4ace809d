"""How many ways in there are, and which of them may go."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from pytest_django import Settings

from accounts.sessions import policies
from accounts.sessions.tests.asking import PHONE
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def bare(**fields: object) -> User:
    """Somebody without a password, and without an address unless one is given."""
    person = UserFactory.build(email=None, **fields)
    person.set_unusable_password()
    person.save()
    return person


def with_address(person: User, *, verified: bool = True) -> User:
    EmailAddress.objects.create(user=person, email="ana@example.com", primary=True, verified=verified)
    return person


def with_passkey(person: User) -> User:
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop"})
    return person


def with_google(person: User) -> User:
    SocialAccount.objects.create(user=person, provider="google", uid=f"google-{person.username}")
    return person


def test_each_way_in_counts_once() -> None:
    assert policies.ways_in(bare()) == 0
    everything = with_google(with_passkey(with_passkey(with_address(bare(username="ben", phone=PHONE)))))
    assert policies.ways_in(everything) == 5
    everything.set_password("kettle-violin-moss")
    assert policies.ways_in(everything) == 6


def test_one_of_two_may_go_and_the_last_may_not() -> None:
    for number, add in enumerate((with_passkey, with_google)):
        assert not policies.can_lose_one(add(bare(username=f"alone{number}")))
    assert policies.can_lose_one(with_google(with_passkey(bare(username="both"))))


def test_a_confirmed_address_is_a_way_in_and_one_that_waits_is_none() -> None:
    waiting = with_address(with_passkey(bare()), verified=False)
    assert not policies.can_lose_one(waiting)
    EmailAddress.objects.update(verified=True)
    assert policies.can_lose_one(waiting)


def test_a_number_is_a_way_in_while_the_site_sends_texts(settings: Settings) -> None:
    person = with_passkey(bare(phone=PHONE))
    assert policies.can_lose_one(person)
    settings.SMS_TRANSPORT = ""
    assert not policies.can_lose_one(person)


def test_codes_of_an_app_and_recovery_codes_open_nothing_alone() -> None:
    person = with_passkey(bare())
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=person, type=kind, data={})
    assert not policies.can_lose_one(person)


def test_a_number_may_go_only_where_a_confirmed_address_stays(settings: Settings) -> None:
    person = with_address(with_passkey(bare(phone=PHONE)), verified=False)
    assert not policies.can_lose_phone(person)
    EmailAddress.objects.update(verified=True)
    assert policies.can_lose_phone(person)
    settings.SMS_TRANSPORT = ""
    assert policies.can_lose_phone(person)
