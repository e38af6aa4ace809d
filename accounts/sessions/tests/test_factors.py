"""The authenticator app and recovery codes over REST."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from rest_framework.test import APIClient

from accounts.sessions.models import Proof, Session
from accounts.sessions.tests.factories import confirm
from accounts.sessions.tests.test_second_factor import code, with_second_factor
from accounts.sessions.tests.test_step_up import app
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.testing.threads import race

pytestmark = pytest.mark.django_db
TOTP, CODES, MFA = "/api/v1/auth/mfa/totp", "/api/v1/auth/mfa/recovery-codes", "/api/v1/auth/mfa"


def confirmed_app(user: User) -> APIClient:
    client = app(user)
    confirm(user)
    return client


def browser(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    confirm(user)
    return client


@pytest.mark.parametrize("come_in", [confirmed_app, browser])
def test_set_up_confirm_and_turn_off(come_in: Any) -> None:
    ana = UserFactory.create(username="ana")
    client = come_in(ana)
    assert client.get(MFA).json()["data"] == {"totp": None, "passkeys": 0, "recovery_codes": None}
    begun = client.post(TOTP).json()["data"]
    assert begun["secret"] in begun["url"]
    assert not Authenticator.objects.exists()
    assert client.put(TOTP, {"code": "000000"}).status_code == 400
    assert not Authenticator.objects.exists()
    Session.objects.update(confirmed_by=Proof.PASSWORD)
    assert client.put(TOTP, {"code": code(begun["secret"])}).status_code == 204
    standing = client.get(MFA).json()["data"]
    assert standing["totp"]["created_at"]
    assert standing["recovery_codes"] == {"unused": 10, "total": 10}
    assert APIClient().post("/api/v1/auth/sign-in", {"username": "ana", "password": PASSWORD}).json()["error"]["code"] == "mfa_required"
    assert client.post(TOTP).json()["error"]["code"] == "totp_is_on"
    assert client.delete(TOTP).status_code == 204
    assert not Authenticator.objects.exists()
    assert client.delete(TOTP).status_code == 204


def test_recovery_codes_are_seen_and_made_anew() -> None:
    ana = with_second_factor()
    RecoveryCodes.activate(ana)
    client = confirmed_app(ana)
    before = client.get(CODES).json()["data"]
    assert (len(before["unused_codes"]), before["total"]) == (10, 10)
    after = client.post(CODES).json()["data"]
    assert not set(before["unused_codes"]) & set(after["unused_codes"])
    assert app(ana).post("/api/v1/auth/reauthenticate", {"code": before["unused_codes"][0]}).status_code == 400


def test_recovery_codes_need_a_second_factor() -> None:
    client = confirmed_app(UserFactory.create())
    assert client.get(CODES).status_code == 404
    assert client.post(CODES).json()["error"]["code"] == "no_second_factor"
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("post", TOTP), ("put", TOTP), ("delete", TOTP), ("get", CODES), ("post", CODES)])
def test_everything_about_them_asks_for_step_up(method: str, path: str) -> None:
    ana = with_second_factor()
    RecoveryCodes.activate(ana)
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "data"))
    client = app(ana)
    confirm(ana, Proof.PASSWORD)
    answer = getattr(client, method)(path, {"code": code()} if method == "put" else None)
    assert answer.json()["error"]["code"] == "reauthentication_required"
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "data")) == before


@pytest.mark.parametrize(("method", "path"), [("post", TOTP), ("put", TOTP), ("delete", TOTP), ("get", CODES), ("post", CODES), ("get", MFA)])
def test_nobody_is_told_to_sign_in(method: str, path: str) -> None:
    assert getattr(APIClient(), method)(path).json()["error"]["code"] == "not_authenticated"


def test_address_has_to_be_confirmed_first() -> None:
    client = confirmed_app(UserFactory.create(address__verified=False))
    assert client.post(TOTP).status_code == 400
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_confirmations_one_turns_it_on() -> None:
    ana = UserFactory.create()
    client = confirmed_app(ana)
    secret = client.post(TOTP).json()["data"]["secret"]
    answers = race(lambda _: client.put(TOTP, {"code": code(secret)}).status_code, threads=4)
    assert "204" in map(str, answers)
    assert set(map(str, answers)) <= {"204", "400", "409"}
    assert Authenticator.objects.filter(type="totp").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_one_recovery_code_one_signs_in() -> None:
    ana = with_second_factor(username="ana")
    recovery = RecoveryCodes.activate(ana).get_unused_codes()[0]

    def finish(_: int) -> int:
        token = APIClient().post("/api/v1/auth/sign-in", {"username": "ana", "password": PASSWORD}).json()["error"]["details"]["mfa_token"]
        return int(APIClient().post(MFA, {"mfa_token": token, "code": recovery}).status_code)

    assert sorted(map(str, race(finish, threads=5))) == ["200", *["400"] * 4]
    assert Session.objects.count() == 1
