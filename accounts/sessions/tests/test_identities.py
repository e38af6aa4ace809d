"""Changing what one is reached by: a code at the new place, word to the old one, and every other session ends."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.sessions import identities
from accounts.sessions.models import Code, EndReason, Proof, Session
from accounts.sessions.tests import factories
from accounts.sessions.tests.asking import OTHER_PHONE, PHONE, later, mailed_code, post, texted_code, wrong
from accounts.sessions.tests.factories import open_session, tokens_for
from accounts.sessions.tests.test_second_factor import with_second_factor
from accounts.sessions.tests.test_step_up import without_password
from accounts.users.events import AddressesChanged
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.events.models import OutboxEvent
from core.events.registry import event_name
from core.mail.testing import delivered
from core.sms.testing import texted
from core.testing.threads import race

pytestmark = pytest.mark.django_db
NEW = "new@example.com"


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", email="ana@example.com", phone=PHONE)


@pytest.fixture
def token(ana: User) -> str:
    return confirmed(ana)


def confirmed(person: User) -> str:
    """A token of a session that has shown a moment ago that it is theirs."""
    token = tokens_for(person).access_token
    factories.confirm(person)
    return token


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def ask_email(token: str, email: str = NEW) -> Any:
    return post("change-email", {"email": email}, token=token)


def ask_phone(token: str, phone: str = OTHER_PHONE) -> Any:
    return post("change-phone", {"phone": phone}, token=token)


def confirm(what: str, token: str, answer: Any, code: str) -> Any:
    return post(f"change-{what}/confirm", {"code_token": answer.json()["data"]["code_token"], "code": code}, token=token)


class TestEmail:
    def test_code_at_the_new_address_changes_it_and_the_old_one_is_told(self, ana: User, token: str) -> None:
        other = open_session(ana)
        asked = ask_email(token, "New@Example.com")
        assert asked.json()["data"]["sent_to"] == NEW
        assert confirm("email", token, asked, mailed_code()).status_code == 204
        ana.refresh_from_db()
        assert ana.email == NEW
        assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW, True, True)]
        assert [mail.to[0] for mail in delivered()] == [NEW, "ana@example.com"]
        assert "changed" in delivered()[1].subject
        other.refresh_from_db()
        assert other.end_reason == EndReason.IDENTITY_CHANGED
        assert APIClient().get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}).json()["data"]["email"] == NEW
        assert post("sign-in", {"email": NEW, "password": PASSWORD}).status_code == 200
        assert error(post("sign-in", {"email": "ana@example.com", "password": PASSWORD})) == (401, "invalid_credentials")

    def test_wrong_code_changes_nothing_and_tells_nobody(self, ana: User, token: str) -> None:
        other = open_session(ana)
        asked = ask_email(token)
        assert error(confirm("email", token, asked, wrong(mailed_code()))) == (400, "code_wrong")
        ana.refresh_from_db()
        other.refresh_from_db()
        assert (ana.email, other.ended_at) == ("ana@example.com", None)
        assert len(delivered()) == 1

    def test_address_of_somebody_else_answers_alike_and_its_owner_is_told(self, ana: User, token: str) -> None:
        UserFactory.create(email="ben@example.com")
        free, taken = ask_email(token), ask_email(token, "ben@example.com")
        assert free.status_code == taken.status_code == 202
        assert free.json()["data"].keys() == taken.json()["data"].keys()
        assert [mail.to[0] for mail in delivered()] == [NEW, "ben@example.com"]
        assert "yours already" in delivered()[1].subject
        assert error(confirm("email", token, taken, "123456")) == (400, "code_wrong")
        ana.refresh_from_db()
        assert ana.email == "ana@example.com"

    def test_code_of_somebody_else_is_none(self, ana: User, token: str) -> None:
        asked = ask_email(token)
        code = mailed_code()
        eve = UserFactory.create()
        assert error(confirm("email", tokens_for(eve).access_token, asked, code)) == (400, "code_expired")
        assert Code.objects.get().tries == 0
        assert confirm("email", token, asked, code).status_code == 204

    def test_somebody_quicker_keeps_it(self, ana: User, token: str) -> None:
        asked = ask_email(token)
        code = mailed_code()
        UserFactory.create(email=NEW)
        assert error(confirm("email", token, asked, code)) == (409, "email_taken")
        ana.refresh_from_db()
        assert ana.email == "ana@example.com"
        assert EmailAddress.objects.filter(user=ana, email="ana@example.com", verified=True).exists()

    def test_link_to_a_new_password_sent_before_no_longer_works(self, ana: User, token: str) -> None:
        post("forgot-password", {"email": "ana@example.com"})
        key = str(delivered()[-1].body).partition("/reset/")[2].partition("/")[0]
        confirm("email", token, ask_email(token), mailed_code())
        assert post("reset-password", {"key": key, "password": "kettle-violin-moss"}).status_code == 400

    def test_strangers_are_refused(self) -> None:
        for path in ("change-email", "change-email/confirm", "change-phone", "change-phone/confirm", "remove-phone"):
            assert post(path, {}).status_code == 401


class TestPhone:
    def test_code_at_the_new_number_changes_it_and_old_number_and_address_are_told(self, ana: User, token: str) -> None:
        other = open_session(ana)
        assert confirm("phone", token, ask_phone(token), texted_code()).status_code == 204
        ana.refresh_from_db()
        assert ana.phone == OTHER_PHONE
        assert [text.to for text in texted()] == [OTHER_PHONE, PHONE]
        assert [mail.to[0] for mail in delivered()] == ["ana@example.com"]
        other.refresh_from_db()
        assert other.end_reason == EndReason.IDENTITY_CHANGED
        assert Session.objects.live().count() == 1
        assert post("sign-in", {"phone": OTHER_PHONE, "password": PASSWORD}).status_code == 200

    def test_first_number_is_added_the_same_way(self) -> None:
        ben = UserFactory.create()
        token = confirmed(ben)
        confirm("phone", token, ask_phone(token), texted_code())
        ben.refresh_from_db()
        assert ben.phone == OTHER_PHONE

    def test_number_of_somebody_else_answers_alike_and_its_owner_is_told(self, ana: User) -> None:
        ben = UserFactory.create()
        token = confirmed(ben)
        taken = ask_phone(token, PHONE)
        assert taken.status_code == 202
        assert [text.to for text in texted()] == [PHONE]
        assert "nothing was changed" in texted()[0].text
        assert error(confirm("phone", token, taken, "123456")) == (400, "code_wrong")
        ben.refresh_from_db()
        assert ben.phone is None

    def test_removing_it_needs_another_way_to_be_reached(self, ana: User, token: str) -> None:
        open_session(ana)
        assert post("remove-phone", token=token).status_code == 204
        ana.refresh_from_db()
        assert ana.phone is None
        assert Session.objects.live().count() == 1
        assert [mail.to[0] for mail in delivered()] == ["ana@example.com"]
        dora = UserFactory.create(email=None, phone=PHONE)
        refused = post("remove-phone", token=confirmed(dora))
        assert error(refused) == (409, "only_identity")
        dora.refresh_from_db()
        assert dora.phone == PHONE


def test_somebody_with_a_number_alone_is_told_there_when_an_address_is_added() -> None:
    token = confirmed(UserFactory.create(email=None, phone=PHONE))
    confirm("email", token, ask_email(token), mailed_code())
    assert [text.to for text in texted()] == [PHONE]


class TestStepUp:
    @pytest.mark.parametrize(("path", "data"), [("change-email", {"email": NEW}), ("change-phone", {"phone": OTHER_PHONE}), ("remove-phone", {})])
    def test_all_three_ask_for_it_and_a_password_sent_along_is_no_way_round(self, ana: User, path: str, data: dict[str, str]) -> None:
        other = open_session(ana)
        token = tokens_for(ana).access_token
        for password in ({}, {"password": PASSWORD}):
            assert error(post(path, {**data, **password}, token=token)) == (403, "reauthentication_required")
        ana.refresh_from_db()
        other.refresh_from_db()
        assert (ana.email, ana.phone, other.ended_at) == ("ana@example.com", PHONE, None)
        assert not Code.objects.exists()
        assert (delivered(), texted()) == ([], [])

    def test_second_factor_is_asked_for_where_there_is_one(self) -> None:
        cara = with_second_factor()
        token = tokens_for(cara).access_token
        factories.confirm(cara, Proof.PASSWORD)
        assert error(ask_email(token)) == (403, "reauthentication_required")
        assert delivered() == []
        factories.confirm(cara, Proof.SECOND_FACTOR)
        assert ask_email(token).status_code == 202

    def test_without_a_password_having_signed_in_just_now_is_enough(self) -> None:
        dora = without_password(email=None, phone=PHONE)
        token = tokens_for(dora).access_token
        factories.confirm(dora, Proof.SIGN_IN)
        assert ask_email(token).status_code == 202
        with later(6 * 60):
            refused = ask_phone(token)
        assert error(refused) == (403, "reauthentication_required")
        assert refused.json()["error"]["details"] == {"ways": ["sign_in"]}
        assert texted() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_number_at_once_one_gets_it_and_the_other_keeps_theirs() -> None:
    people = [UserFactory.create() for _ in range(4)]
    tokens = [confirmed(person) for person in people]
    asked, codes = [], []
    for number, token in enumerate(tokens):
        asked.append(post("change-phone", {"phone": OTHER_PHONE}, token=token, address=f"10.0.{number}.1").json()["data"]["code_token"])
        codes.append(texted_code())
    answers = race(lambda n: post("change-phone/confirm", {"code_token": asked[n], "code": codes[n]}, token=tokens[n]), threads=4)
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]  # type: ignore[union-attr]
    assert User.objects.filter(phone=OTHER_PHONE).count() == 1
    assert User.objects.filter(phone=None).count() == 3


def test_those_who_keep_addresses_and_numbers_hear_of_each_change_and_of_no_refusal(ana: User, token: str) -> None:
    def heard() -> int:
        return OutboxEvent.objects.filter(name=event_name(AddressesChanged), payload__user_id=str(ana.pk)).count()

    assert confirm("email", token, ask_email(token), wrong(mailed_code())).status_code == 400
    assert heard() == 0
    Code.objects.all().delete()
    assert confirm("email", token, ask_email(token), mailed_code()).status_code == 204
    assert heard() == 1
    assert confirm("phone", token, ask_phone(token), texted_code()).status_code == 204
    assert heard() == 2
    assert post("remove-phone", {"password": PASSWORD}, token=token).status_code == 204
    assert heard() == 3
    EmailAddress.objects.filter(user=ana).update(verified=False)
    identities.verify_address(address=EmailAddress.objects.get(user=ana))
    assert heard() == 4


@pytest.mark.parametrize(("what", "place"), [("email", "ana@example.com"), ("phone", PHONE)])
def test_changing_to_what_one_has_changes_nothing(ana: User, token: str, what: str, place: str) -> None:
    elsewhere = open_session(ana, "another device")
    asked = ask_email(token, place) if what == "email" else ask_phone(token, place)
    code = mailed_code() if what == "email" else texted_code()
    mails, texts = len(delivered()), len(texted())
    events = OutboxEvent.objects.count()
    assert confirm(what, token, asked, code).status_code == 204
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is None
    assert (len(delivered()), len(texted()), OutboxEvent.objects.count()) == (mails, texts, events)
    assert EmailAddress.objects.filter(user=ana, email="ana@example.com", verified=True).count() == 1
