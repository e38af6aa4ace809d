"""One number, one spelling, one person."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from accounts.users import phones, services
from accounts.users.models import User
from accounts.users.services import PhoneTaken
from accounts.users.tests.factories import UserFactory
from core.errors import Invalid
from core.testing.threads import race


@pytest.mark.parametrize(
    "typed", ["+351912345678", "+351 912 345 678", " +351 (912) 345-678 ", "\uff0b351912345678", "+\u0663\u0665\u0661\u0669\u0661\u0662345678"]
)
def test_one_number_has_one_spelling(typed: str) -> None:
    assert phones.normalise(typed) == "+351912345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "12345",
        "912345678",
        "+",
        "+000",
        "+1900 555 0123",
        "+33 1 42 68 53 00",
        "+44 20 7946 0018",
        "+351912345678" * 9,
        "+35191234567\x00",
    ],
)
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        phones.normalise(typed)
    assert refused.value.code == "invalid_phone"


def test_numbers_without_a_country_are_of_the_sites_own(settings: Settings) -> None:
    settings.PHONE_REGION = "PT"
    assert phones.normalise("912 345 678") == "+351912345678"
    assert phones.normalise("+1 202 555 0123") == "+12025550123"


@pytest.mark.django_db
def test_database_keeps_nothing_but_e164() -> None:
    ana = UserFactory.create()
    for wrong in ("", "0351912345678", "+351 912", "+0351912345678"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=ana.pk).update(phone=wrong)


@pytest.mark.django_db(transaction=True)
def test_people_racing_for_one_number_leave_it_with_one() -> None:
    people = [UserFactory.create() for _ in range(5)]
    results = race(lambda n: services.set_phone(user=people[n], phone="+351912345678"), threads=5)
    assert sorted(type(result).__name__ for result in results) == ["PhoneTaken"] * 4 + ["User"]
    assert User.objects.filter(phone="+351912345678").count() == 1


@pytest.mark.django_db
def test_address_of_somebody_else_is_refused() -> None:
    UserFactory.create(email="ben@example.com", phone="+351912345678")
    ana = UserFactory.create(email="ana@example.com")
    with pytest.raises(services.EmailTaken):
        services.set_email(user=ana, email="Ben@example.com")
    with pytest.raises(PhoneTaken):
        services.set_phone(user=ana, phone="+351912345678")
    ana.refresh_from_db()
    assert (ana.email, ana.phone) == ("ana@example.com", None)
