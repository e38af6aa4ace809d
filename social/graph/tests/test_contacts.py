"""The address book, and finding people for it."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.users.leaving import make_nobody
from accounts.users.models import User
from accounts.users.services import set_phone, suspend_user
from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, NotFound
from core.testing.threads import race
from social.graph import selectors, services
from social.graph.models import Contact, ContactDigest
from social.graph.services import contacts
from social.graph.tests.factories import make_friends
from social.graph.tests.test_api import hidden_by_block, hidden_by_leaving, hidden_by_suspension

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def match(client: APIClient, *texts: str) -> list[tuple[str, str]]:
    answer = client.post("/api/v1/contacts/match", {"digests": [digest(text) for text in texts]}, format="json")
    assert answer.status_code == 200, answer.json()
    return [(row["digest"], row["person"]["username"]) for row in answer.json()["data"]]


def findable(person: User, by: str = "everyone") -> User:
    User.objects.filter(pk=person.pk).update(found_by_email=by, found_by_phone="nobody")
    services.refresh_digests(user_id=person.pk)
    return person


def test_a_contact_is_kept_named_favoured_and_struck_out(as_person: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    client = as_person(ana)
    kept = client.post("/api/v1/contacts", {"user": ben.username, "nickname": "  Benny "}, format="json")
    assert (kept.status_code, kept.json()["data"]["nickname"], kept.json()["data"]["is_favourite"]) == (201, "Benny", False)
    path = f"/api/v1/contacts/{kept.json()['data']['id']}"
    assert client.post("/api/v1/contacts", {"user": ben.username}, format="json").json()["data"] == kept.json()["data"]
    changed = client.patch(path, {"is_favourite": True}, format="json").json()["data"]
    assert (changed["nickname"], changed["is_favourite"]) == ("Benny", True)
    assert client.patch(path, {"nickname": ""}, format="json").json()["data"]["nickname"] == ""
    assert len(client.get("/api/v1/contacts?favourites=true").json()["data"]) == 1
    assert client.get(path).json()["data"]["person"]["username"] == ben.username
    assert client.get(f"/api/v1/users/{ben.username}/follow-status").json()["data"]["contact"] == kept.json()["data"]["id"]
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.get("/api/v1/contacts").json()["data"] == []


def test_an_address_book_is_its_owners_alone(as_person: Client) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    contact = services.add_contact(owner=ana, person=ben)
    for method in ("get", "patch", "delete"):
        for person in (ben, cem):
            assert getattr(as_person(person), method)(f"/api/v1/contacts/{contact.pk}", {}, format="json").status_code == 404
    assert as_person(ben).get("/api/v1/contacts").json()["data"] == []
    assert Contact.objects.get() == contact


def test_people_who_do_not_exist_for_one_cannot_be_kept_and_vanish_from_the_book(as_person: Client) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    services.add_contact(owner=ana, person=cem)
    suspend_user(user=cem, until=cem.created_at.replace(year=2099), reason="x")
    services.block(actor=ben, target=ana)
    assert as_person(ana).post("/api/v1/contacts", {"user": ben.username}, format="json").status_code == 404
    with pytest.raises(NotFound):
        services.add_contact(owner=ana, person=ben)
    assert as_person(ana).post("/api/v1/contacts", {"user": "me"}, format="json").json()["error"]["code"] == "contact_oneself"
    assert as_person(ana).get("/api/v1/contacts").json()["data"] == []


def test_an_address_book_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben, cem = UserFactory.create_batch(3)
    monkeypatch.setattr(contacts, "MAX_CONTACTS", 1)
    services.add_contact(owner=ana, person=ben)
    with pytest.raises(Conflict):
        services.add_contact(owner=ana, person=cem)
    assert Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_additions_keep_one_contact() -> None:
    ana, ben = UserFactory.create_batch(2)
    assert {contact.pk for contact in race(lambda _: services.add_contact(owner=ana, person=ben), threads=20) if isinstance(contact, Contact)} == {
        Contact.objects.get().pk
    }


def test_contacts_cost_the_same_however_many(as_person: Client, count_queries: Callable[..., int]) -> None:
    ana = UserFactory.create()
    for size in (2, 12):
        for person in UserFactory.create_batch(size):
            services.add_contact(owner=ana, person=person)
        assert count_queries(lambda: as_person(ana).get("/api/v1/contacts")) == 1


def test_people_are_found_by_the_digest_of_their_confirmed_address(as_person: Client) -> None:
    ana = findable(UserFactory.create())
    ben = findable(UserFactory.create(email="ben@example.com"))
    findable(UserFactory.create(email="cem@example.com", address__verified=False))
    assert match(as_person(ana), "ben@example.com", "cem@example.com", "nobody@example.com", str(ana.email)) == [
        (digest("ben@example.com"), ben.username)
    ]


@pytest.mark.parametrize("hide", [hidden_by_block, hidden_by_suspension, hidden_by_leaving])
def test_who_may_not_be_seen_is_not_found(as_person: Client, hide: Callable[[User, User], object]) -> None:
    ana, ben = UserFactory.create(), findable(UserFactory.create(email="ben@example.com"))
    hide(ana, ben)
    assert match(as_person(ana), "ben@example.com") == []


@pytest.mark.parametrize("digests", [[], ["x" * 64], ["a" * 63], ["A" * 64], ["0" * 64] * 1001, "abc", None])
def test_what_is_no_list_of_digests_is_refused(as_person: Client, digests: Any) -> None:
    answer = as_person(UserFactory.create()).post("/api/v1/contacts/match", {"digests": digests}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")


def test_only_those_are_found_who_let_themselves_be_found(as_person: Client) -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    findable(ben, by="nobody")
    findable(cem, by="followed")
    findable(dia, by="friends")
    addresses = [str(person.email) for person in (ben, cem, dia)]
    assert match(as_person(ana), *addresses) == []
    services.follow(actor=cem, target=ana)
    make_friends(ana, dia)
    assert {username for _, username in match(as_person(ana), *addresses)} == {cem.username, dia.username}


def test_looking_people_up_costs_one_query_and_has_a_daily_limit(as_person: Client, count_queries: Callable[..., int]) -> None:
    ana, *others = (findable(person) for person in UserFactory.create_batch(6))
    texts = [f"nobody{number}@example.com" for number in range(500)]
    for people in (others[:1], others):
        assert count_queries(lambda people=people: match(as_person(ana), *texts, *(str(person.email) for person in people))) == 1
    with override_settings(LIMITS={**settings.LIMITS, "contact_matches": "2/day"}):
        for _ in range(3):
            answer = as_person(ana).post("/api/v1/contacts/match", {"digests": [digest("x")]}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")


def test_digests_follow_the_address() -> None:
    ben = findable(UserFactory.create(email="ben@example.com"))
    EmailAddress.objects.filter(user=ben).update(email="new@example.com")
    assert services.reconcile_digests() == 1
    assert bytes(ContactDigest.objects.get().digest) == contacts.digest_of("NEW@example.com ")
    EmailAddress.objects.filter(user=ben).update(verified=False)
    services.refresh_digests(user_id=ben.pk)
    assert not ContactDigest.objects.exists()
    assert services.reconcile_digests() == 0


def reachable(person: User, phone: str | None = "+351912345678", by: str = "everyone") -> User:
    User.objects.filter(pk=person.pk).update(found_by_email="nobody", found_by_phone=by)
    person = set_phone(user=person, phone=phone)
    services.refresh_digests(user_id=person.pk)
    return person


def test_people_are_found_by_the_digest_of_their_number(as_person: Client) -> None:
    ana, ben = UserFactory.create(), reachable(UserFactory.create())
    assert match(as_person(ana), "+351912345678", "+351912345679", str(ben.email)) == [(digest("+351912345678"), ben.username)]
    assert match(as_person(ben), "+351912345678") == []


def test_only_those_are_found_by_number_who_allow_that(as_person: Client) -> None:
    ana, ben, cem, dia = UserFactory.create_batch(4)
    reachable(ben, "+351912345678", by="nobody")
    reachable(cem, "+351912345679", by="followed")
    reachable(dia, "+351912345680", by="friends")
    User.objects.filter(pk=ben.pk).update(found_by_email="everyone")  # of the number this says nothing
    numbers = [f"+3519123456{end}" for end in (78, 79, 80)]
    assert match(as_person(ana), *numbers) == []
    services.follow(actor=cem, target=ana)
    make_friends(ana, dia)
    assert {username for _, username in match(as_person(ana), *numbers)} == {cem.username, dia.username}


@pytest.mark.parametrize("hide", [hidden_by_block, hidden_by_suspension, hidden_by_leaving])
def test_who_may_not_be_seen_is_not_found_by_number(as_person: Client, hide: Callable[[User, User], object]) -> None:
    ana, ben = UserFactory.create(), reachable(UserFactory.create())
    hide(ana, ben)
    assert match(as_person(ana), "+351912345678") == []


@pytest.mark.django_db(transaction=True)
def test_digests_follow_the_number(as_person: Client) -> None:
    ana, ben = UserFactory.create(), reachable(UserFactory.create())
    set_phone(user=ben, phone="+351912345679")
    assert match(as_person(ana), "+351912345678", "+351912345679") == [(digest("+351912345679"), ben.username)]
    set_phone(user=ben, phone=None)
    assert match(as_person(ana), "+351912345678", "+351912345679") == []
    assert not ContactDigest.objects.filter(person=ben, kind=ContactDigest.Kind.PHONE).exists()


@pytest.mark.django_db(transaction=True)
def test_a_number_that_changed_hands_finds_whoever_has_it_now(as_person: Client) -> None:
    ana, ben, cem = UserFactory.create(), reachable(UserFactory.create()), UserFactory.create()
    set_phone(user=ben, phone=None)
    reachable(cem)
    assert match(as_person(ana), "+351912345678") == [(digest("+351912345678"), cem.username)]


@pytest.mark.django_db(transaction=True)
def test_digests_of_somebody_deleted_are_gone() -> None:
    ben = reachable(UserFactory.create())
    assert ContactDigest.objects.filter(person=ben).count() == 2
    EmailAddress.objects.filter(user=ben).delete()
    make_nobody(user=ben)
    assert not ContactDigest.objects.filter(person=ben).exists()


def test_numbers_out_of_step_are_put_right() -> None:
    ben, cem = reachable(UserFactory.create()), findable(UserFactory.create())
    User.objects.filter(pk=ben.pk).update(phone="+351912345679")
    assert services.reconcile_digests() == 1
    assert bytes(ContactDigest.objects.get(person=ben, kind="phone").digest) == contacts.digest_of("+351912345679")
    User.objects.filter(pk=ben.pk).update(phone=None)
    User.objects.filter(pk=cem.pk).update(phone="+351912345680")
    assert services.reconcile_digests() == 2
    assert set(ContactDigest.objects.filter(kind="phone").values_list("person", flat=True)) == {cem.pk}
    assert services.reconcile_digests() == 0


def test_looking_numbers_up_costs_one_query(as_person: Client, count_queries: Callable[..., int]) -> None:
    ana = UserFactory.create()
    others = [reachable(person, f"+3519123456{number:02}") for number, person in enumerate(UserFactory.create_batch(6))]
    for people in (others[:1], others):
        assert count_queries(lambda people=people: match(as_person(ana), *(str(person.phone) for person in people))) == 1


def test_a_match_names_the_digest_that_found_it() -> None:
    ana, ben = UserFactory.create(), findable(UserFactory.create(email="ben@example.com"))
    (found,) = selectors.contact_matches(ana, [contacts.digest_of("ben@example.com")])
    assert (found.person, found.digest) == (ben, contacts.digest_of("ben@example.com"))
