"""Passkeys over REST: adding, signing in with nothing else, as second factor, to confirm; and answers that must not work."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from fido2.webauthn import AuthenticatorData
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.sessions import services
from accounts.sessions.models import Proof, Session, Spent
from accounts.sessions.tests.authenticator import VERIFIED, Device
from accounts.sessions.tests.factories import confirm, tokens_for
from accounts.sessions.tests.test_second_factor import code, with_second_factor
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered
from core.testing.threads import race

pytestmark = pytest.mark.django_db
PATH = "/api/v1/auth/passkeys"
UNVERIFIED = {"flags": VERIFIED & ~AuthenticatorData.FLAG.UV}
ODD: list[Any] = [None, "", [], {}, {"id": "a", "rawId": "b", "type": "public-key", "response": {}}]


def app(user: User, *, confirmed: bool = True) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user).access_token}")
    if confirmed:
        confirm(user)
    return client


def add(client: APIClient, device: Device, name: str = "Laptop") -> Any:
    begun = client.post(f"{PATH}/options").json()["data"]
    return client.post(PATH, {"ticket": begun["ticket"], "credential": device.create(begun["options"]), "name": name})


def with_passkey(**fields: Any) -> tuple[User, Device]:
    person, device = UserFactory.create(**fields), Device()
    assert add(app(person), device).status_code == 201
    Session.objects.filter(user=person).delete()
    return person, device


def sign_in(device: Device, **options: Any) -> Any:
    begun = APIClient().post(f"{PATH}/sign-in/options").json()["data"]
    return APIClient().post(f"{PATH}/sign-in", {"ticket": begun["ticket"], "credential": device.sign(begun["options"], **options)})


class TestAdding:
    def test_added_named_listed_and_told_by_mail(self) -> None:
        ana = UserFactory.create()
        client, device = app(ana), Device()
        added = add(client, device, "My phone").json()["data"]
        assert (added["name"], added["recovery_codes_made"]) == ("My phone", True)
        assert add(client, Device()).json()["data"]["recovery_codes_made"] is False
        rows = client.get(PATH).json()["data"]
        assert [row["name"] for row in rows] == ["My phone", "Laptop"]
        assert [mail.subject for mail in delivered()] == ["Passkey added"] * 2
        assert client.get("/api/v1/auth/mfa").json()["data"]["passkeys"] == 2

    def test_adding_confirms_so_that_recovery_codes_can_be_kept_at_once(self) -> None:
        ana = UserFactory.create()
        client = app(ana, confirmed=False)
        confirm(ana, Proof.PASSWORD)
        add(client, Device())
        assert client.get("/api/v1/auth/mfa/recovery-codes").status_code == 200

    def test_asks_for_step_up(self) -> None:
        client = app(UserFactory.create(), confirmed=False)
        for path in (f"{PATH}/options", PATH):
            assert client.post(path).json()["error"]["code"] == "reauthentication_required"
        assert not Authenticator.objects.exists()

    def test_key_of_somebody_is_not_taken_twice(self) -> None:
        _, device = with_passkey()
        refused = add(app(UserFactory.create()), device)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "passkey_known")
        assert Authenticator.objects.filter(type="webauthn").count() == 1

    @pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, UNVERIFIED], ids=["origin", "unverified"])
    def test_key_made_elsewhere_or_without_verifying_the_person_is_refused(self, lie: dict[str, Any]) -> None:
        assert add(app(UserFactory.create()), Device(**lie)).json()["error"]["code"] == "passkey_refused"
        assert not Authenticator.objects.exists()

    def test_ticket_of_another_session_is_refused(self) -> None:
        ana = UserFactory.create()
        begun = app(ana).post(f"{PATH}/options").json()["data"]
        answer = app(ana).post(PATH, {"ticket": begun["ticket"], "credential": Device().create(begun["options"])})
        assert answer.json()["error"]["code"] == "passkey_refused"
        assert not Authenticator.objects.exists()

    def test_answer_works_once(self) -> None:
        client = app(UserFactory.create())
        begun = client.post(f"{PATH}/options").json()["data"]
        body = {"ticket": begun["ticket"], "credential": Device().create(begun["options"])}
        assert [client.post(PATH, body).status_code for _ in range(2)] == [201, 400]

    @pytest.mark.parametrize("credential", ODD)
    def test_odd_shapes_are_refused(self, credential: Any) -> None:
        client = app(UserFactory.create())
        ticket = client.post(f"{PATH}/options").json()["data"]["ticket"]
        assert client.post(PATH, {"ticket": ticket, "credential": credential}).status_code == 400
        assert not Authenticator.objects.exists()

    def test_address_has_to_be_confirmed(self) -> None:
        client = app(UserFactory.create(address__verified=False))
        assert client.post(f"{PATH}/options").json()["error"]["code"] == "email_not_confirmed"

    def test_list_costs_the_same_at_any_length(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        client = app(UserFactory.create())
        for more in (1, 4):
            for _ in range(more):
                add(client, Device())
            with django_assert_num_queries(2):
                client.get(PATH)


class TestKeeping:
    def test_rename_and_remove(self) -> None:
        ana, _ = with_passkey()
        client = app(ana)
        passkey = Authenticator.objects.get(type="webauthn")
        assert client.patch(f"{PATH}/{passkey.pk}", {"name": "Key ring"}).json()["data"]["name"] == "Key ring"
        assert client.delete(f"{PATH}/{passkey.pk}").status_code == 204
        assert not Authenticator.objects.filter(user=ana).exists()  # the recovery codes went along
        assert delivered()[-1].subject == "Passkey removed"

    def test_removing_asks_for_step_up(self) -> None:
        ana, _ = with_passkey()
        passkey = Authenticator.objects.get(type="webauthn")
        assert app(ana, confirmed=False).delete(f"{PATH}/{passkey.pk}").json()["error"]["code"] == "reauthentication_required"
        assert Authenticator.objects.filter(pk=passkey.pk).exists()

    def test_somebody_elses_does_not_exist(self) -> None:
        with_passkey()
        passkey = Authenticator.objects.get(type="webauthn")
        eve = app(UserFactory.create())
        assert eve.patch(f"{PATH}/{passkey.pk}", {"name": "Mine"}).status_code == 404
        assert eve.delete(f"{PATH}/{passkey.pk}").status_code == 404
        passkey.refresh_from_db()
        assert passkey.data["name"] == "Laptop"

    def test_only_way_in_stays(self) -> None:
        ana, _ = with_passkey(email=None)
        ana.set_unusable_password()
        ana.save()
        passkey = Authenticator.objects.get(type="webauthn")
        assert app(ana).delete(f"{PATH}/{passkey.pk}").json()["error"]["code"] == "last_way_in"
        assert Authenticator.objects.filter(pk=passkey.pk).exists()


class TestSigningIn:
    def test_passkey_alone_signs_in_and_confirms(self) -> None:
        ana, device = with_passkey()
        answer = sign_in(device)
        assert answer.json()["data"]["user"]["id"] == str(ana.pk)
        assert Session.objects.get().confirmed_by == Proof.SECOND_FACTOR
        assert Authenticator.objects.get(type="webauthn").last_used_at

    def test_answer_works_once(self) -> None:
        _, device = with_passkey()
        begun = APIClient().post(f"{PATH}/sign-in/options").json()["data"]
        body = {"ticket": begun["ticket"], "credential": device.sign(begun["options"])}
        assert [APIClient().post(f"{PATH}/sign-in", body).status_code for _ in range(2)] == [200, 400]
        assert Session.objects.count() == 1

    def test_answer_to_another_challenge_is_refused(self) -> None:
        _, device = with_passkey()
        old, new = (APIClient().post(f"{PATH}/sign-in/options").json()["data"] for _ in range(2))
        answer = APIClient().post(f"{PATH}/sign-in", {"ticket": new["ticket"], "credential": device.sign(old["options"])})
        assert answer.json()["error"]["code"] == "passkey_refused"
        assert not Session.objects.exists()
        assert Spent.objects.count() == 1  # of adding it

    def test_ticket_that_ran_out_or_is_for_something_else_is_refused(self) -> None:
        ana, device = with_passkey()
        begun = app(ana).post("/api/v1/auth/reauthenticate/options").json()["data"]
        body = {"ticket": begun["ticket"], "credential": device.sign(begun["options"])}
        assert APIClient().post(f"{PATH}/sign-in", body).status_code == 400
        assert APIClient().post(f"{PATH}/sign-in", {**body, "ticket": "made:up"}).status_code == 400
        assert Session.objects.count() == 1

    def test_foreign_key_is_refused_whatever_it_claims(self) -> None:
        ana, theirs = with_passkey()
        eve = Device(handle=theirs.handle, credential_id=theirs.credential_id)
        assert sign_in(eve).json()["error"]["code"] == "passkey_refused"
        assert sign_in(Device(handle=theirs.handle)).status_code == 400
        assert sign_in(Device(handle="AAAA")).status_code == 400
        assert sign_in(theirs, with_handle=False).status_code == 400
        assert not Session.objects.filter(user=ana).exists()

    @pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, UNVERIFIED, {"counter": -1}], ids=["origin", "unverified", "copy"])
    def test_answer_from_elsewhere_unverified_or_of_a_copied_key_is_refused(self, lie: dict[str, Any]) -> None:
        _, device = with_passkey()
        sign_in(device)
        Session.objects.all().delete()
        for name, value in lie.items():
            setattr(device, name, value)
        assert sign_in(device).json()["error"]["code"] == "passkey_refused"
        assert not Session.objects.exists()

    def test_suspended_person_stays_out(self) -> None:
        ana, device = with_passkey()
        suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Spam")
        assert sign_in(device).json()["error"]["code"] == "account_suspended"
        assert not Session.objects.filter(ended_at=None).exists()

    @pytest.mark.parametrize("credential", ODD)
    def test_odd_shapes_are_refused(self, credential: Any) -> None:
        ticket = APIClient().post(f"{PATH}/sign-in/options").json()["data"]["ticket"]
        assert APIClient().post(f"{PATH}/sign-in", {"ticket": ticket, "credential": credential}).status_code == 400

    @pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
    @pytest.mark.parametrize("value", ["AAAA", "é", "!", "bnVsbA", "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"])
    def test_garbled_answers_are_refused(self, field: str, value: str) -> None:
        _, device = with_passkey()
        begun = APIClient().post(f"{PATH}/sign-in/options").json()["data"]
        credential = device.sign(begun["options"])
        credential["response"][field] = value
        assert APIClient().post(f"{PATH}/sign-in", {"ticket": begun["ticket"], "credential": credential}).status_code == 400


class TestSecondFactor:
    def password(self) -> dict[str, Any]:
        error = APIClient().post("/api/v1/auth/sign-in", {"username": "ana", "password": PASSWORD}).json()["error"]
        assert error["code"] == "mfa_required"
        details: dict[str, Any] = error["details"]
        return details

    def test_after_the_password(self) -> None:
        _, device = with_passkey(username="ana")
        details = self.password()
        assert "webauthn" in details["types"]
        begun = APIClient().post("/api/v1/auth/mfa/passkey-options", {"mfa_token": details["mfa_token"]}).json()["data"]
        body = {"mfa_token": details["mfa_token"], "ticket": begun["ticket"], "credential": device.sign(begun["options"], with_handle=False)}
        answer = APIClient().post("/api/v1/auth/mfa", body)
        assert answer.json()["data"]["user"]["username"] == "ana"
        assert APIClient().post("/api/v1/auth/mfa", body).status_code == 401

    def test_somebody_elses_passkey_does_not_do(self) -> None:
        with_passkey(username="ana")
        _, eves = with_passkey(username="eve")
        details = self.password()
        begun = APIClient().post("/api/v1/auth/mfa/passkey-options", {"mfa_token": details["mfa_token"]}).json()["data"]
        body = {"mfa_token": details["mfa_token"], "ticket": begun["ticket"], "credential": eves.sign(begun["options"])}
        assert APIClient().post("/api/v1/auth/mfa", body).json()["error"]["code"] == "passkey_refused"
        assert not Session.objects.exists()

    def test_made_up_token_begins_nothing(self) -> None:
        assert APIClient().post("/api/v1/auth/mfa/passkey-options", {"mfa_token": "x"}).status_code == 401


class TestConfirming:
    def test_passkey_confirms_this_session(self) -> None:
        ana, device = with_passkey()
        here, there = app(ana, confirmed=False), app(ana, confirmed=False)
        assert here.get("/api/v1/auth/reauthenticate").json()["data"]["ways"] == ["code", "passkey"]
        begun = here.post("/api/v1/auth/reauthenticate/options").json()["data"]
        body = {"ticket": begun["ticket"], "credential": device.sign(begun["options"])}
        assert there.post("/api/v1/auth/reauthenticate", body).json()["error"]["code"] == "passkey_refused"
        assert here.post("/api/v1/auth/reauthenticate", body).json()["data"]["confirmed_until"]
        assert here.delete("/api/v1/auth/sessions").status_code == 200

    def test_code_stays_a_way(self) -> None:
        ana = with_second_factor()
        client = app(ana)
        add(client, Device())
        other = app(ana, confirmed=False)
        assert other.post("/api/v1/auth/reauthenticate", {"code": code()}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_one_challenge_one_signs_in() -> None:
    _, device = with_passkey()
    begun = APIClient().post(f"{PATH}/sign-in/options").json()["data"]
    body = {"ticket": begun["ticket"], "credential": device.sign(begun["options"])}
    device.counter = 0
    answers = race(lambda _: APIClient().post(f"{PATH}/sign-in", body).status_code, threads=6)
    assert sorted(map(str, answers)) == ["200", *["400"] * 5]
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_parallel_spendings_one_is_the_first() -> None:
    assert sorted(map(str, race(lambda _: services.spend("once"), threads=6))) == ["False"] * 5 + ["True"]
