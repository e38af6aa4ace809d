"""Dangerous actions ask again: what is asked for, of whom, for how long, and that nothing happens without it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Proof, Session
from accounts.sessions.tests.factories import confirm, open_session, tokens_for
from accounts.sessions.tests.test_second_factor import code, with_second_factor
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered
from core.testing.threads import race

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "kettle-violin-moss"
END_OTHERS = "/api/v1/auth/sessions"
REAUTHENTICATE = "/api/v1/auth/reauthenticate"


def app(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user).access_token}")
    return client


def without_password(**fields: Any) -> User:
    person = UserFactory.create(**fields)
    person.set_unusable_password()
    person.save()
    return person


class TestRest:
    def test_without_confirmation_nothing_happens_and_the_ways_are_named(self) -> None:
        ana = UserFactory.create()
        other = open_session(ana)
        refused = app(ana).delete(END_OTHERS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reauthentication_required")
        assert refused.json()["error"]["details"] == {"ways": ["password"]}
        other.refresh_from_db()
        assert other.ended_at is None
        assert delivered() == []

    @pytest.mark.parametrize(
        ("make", "ways"),
        [
            (UserFactory.create, ["password"]),
            (with_second_factor, ["code"]),
            (without_password, ["sign_in"]),
        ],
    )
    def test_the_best_one_has_is_asked_for(self, make: Callable[[], User], ways: list[str]) -> None:
        assert app(make()).get(REAUTHENTICATE).json()["data"]["ways"] == ways

    def test_password_confirms_this_session_and_no_other(self) -> None:
        ana = UserFactory.create()
        here, there = app(ana), app(ana)
        answer = here.post(REAUTHENTICATE, {"password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json()["data"]["confirmed_until"]
        assert there.delete(END_OTHERS).status_code == 403
        assert here.delete(END_OTHERS).json()["data"] == {"ended": 1}

    def test_confirmation_by_cookie_works_for_that_browser(self) -> None:
        ana = UserFactory.create()
        browser, elsewhere = APIClient(), app(ana)
        browser.force_login(ana)
        assert browser.post(REAUTHENTICATE, {"password": PASSWORD}).status_code == 200
        assert elsewhere.delete(END_OTHERS).status_code == 403
        assert browser.delete(END_OTHERS).status_code == 200

    def test_it_runs_out(self) -> None:
        ana = UserFactory.create()
        client = app(ana)
        client.post(REAUTHENTICATE, {"password": PASSWORD})
        with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
            assert client.get(REAUTHENTICATE).json()["data"]["confirmed_until"] is None
            assert client.delete(END_OTHERS).status_code == 403

    def test_signing_in_confirms_with_what_was_given(self) -> None:
        UserFactory.create(username="ana")
        client = APIClient()
        data = client.post("/api/v1/auth/sign-in", {"username": "ana", "password": PASSWORD}).json()["data"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {data['access_token']}")
        assert Session.objects.get().confirmed_by == Proof.PASSWORD
        assert client.delete(END_OTHERS).status_code == 200

    def test_password_is_not_enough_for_whoever_has_a_second_factor(self) -> None:
        ana = with_second_factor()
        client = app(ana)
        assert client.post(REAUTHENTICATE, {"password": PASSWORD}).json()["error"]["details"] == {"ways": ["code"]}
        assert client.delete(END_OTHERS).status_code == 403
        assert client.post(REAUTHENTICATE, {"code": code()}).json()["data"]["confirmed_until"]
        assert client.delete(END_OTHERS).status_code == 200

    def test_second_factor_set_up_meanwhile_is_asked_for(self) -> None:
        ana = UserFactory.create()
        client = app(ana)
        confirm(ana, Proof.PASSWORD)
        RecoveryCodes.activate(ana)
        Authenticator.objects.filter(user=ana).update(type=Authenticator.Type.TOTP)
        assert client.delete(END_OTHERS).status_code == 403

    def test_recovery_code_confirms_once(self) -> None:
        ana = with_second_factor()
        recovery = RecoveryCodes.activate(ana).get_unused_codes()[0]
        assert app(ana).post(REAUTHENTICATE, {"code": recovery}).status_code == 200
        client = app(ana)
        assert client.post(REAUTHENTICATE, {"code": recovery}).status_code == 400
        assert client.delete(END_OTHERS).status_code == 403

    @pytest.mark.parametrize("data", [{"password": "wrong-wrong"}, {"code": "000000"}, {}, {"password": PASSWORD, "code": "1"}, {"password": []}])
    def test_wrong_and_odd_answers_confirm_nothing(self, data: dict[str, Any]) -> None:
        client = app(UserFactory.create())
        assert client.post(REAUTHENTICATE, data).status_code == (403 if data.keys() == {"code"} else 400)
        assert client.delete(END_OTHERS).status_code == 403

    def test_without_password_and_second_factor_one_signs_in_anew(self) -> None:
        ana = without_password()
        client = app(ana)
        confirm(ana, Proof.SIGN_IN)
        assert client.delete(END_OTHERS).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            refused = client.delete(END_OTHERS)
        assert refused.json()["error"]["details"] == {"ways": ["sign_in"]}

    def test_guesses_at_the_code_are_counted(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "second_factor": "3/15 minutes"}
        client = app(with_second_factor())
        answers = [client.post(REAUTHENTICATE, {"code": given}).status_code for given in ("000000", "000000", "000000", code())]
        assert answers == [400, 400, 400, 429]
        assert client.delete(END_OTHERS).status_code == 403

    def test_changing_the_password_asks_only_for_the_second_factor(self) -> None:
        change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert app(UserFactory.create()).post("/api/v1/auth/change-password", change).status_code == 204
        ana = with_second_factor()
        before = ana.password
        assert app(ana).post("/api/v1/auth/change-password", change).json()["error"]["code"] == "reauthentication_required"
        ana.refresh_from_db()
        assert ana.password == before

    def test_nobody_is_told_to_sign_in(self) -> None:
        assert APIClient().post(REAUTHENTICATE, {"password": PASSWORD}).json()["error"]["code"] == "not_authenticated"


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_one_recovery_code_one_confirms() -> None:
    ana = with_second_factor()
    recovery = RecoveryCodes.activate(ana).get_unused_codes()[0]
    clients = [app(ana) for _ in range(6)]
    answers = race(lambda number: clients[number].post(REAUTHENTICATE, {"code": recovery}).status_code, threads=6)
    assert sorted(map(str, answers)) == ["200", *["400"] * 5]
    assert Session.objects.filter(confirmed_by=Proof.SECOND_FACTOR).count() == 1


class TestPages:
    @pytest.fixture
    def ana(self, client: Client) -> User:
        ana: User = UserFactory.create()
        client.force_login(ana)
        return ana

    def test_page_asks_first_and_then_goes_on(self, client: Client, ana: User) -> None:
        asked = client.get("/settings/two-factor/set-up/?next=/home/")["Location"]
        assert asked == "/settings/confirm/?next=%2Fsettings%2Ftwo-factor%2Fset-up%2F%3Fnext%3D%2Fhome%2F"
        assert b"password again" in client.get(asked).content
        assert client.post(asked, {"password": "wrong-wrong"}).status_code == 200
        assert client.get("/settings/two-factor/set-up/").status_code == 302
        assert client.post(asked, {"password": PASSWORD})["Location"] == "/settings/two-factor/set-up/?next=/home/"
        assert client.get("/settings/two-factor/set-up/").status_code == 200

    def test_form_without_page_leads_back_to_where_it_stood(self, client: Client, ana: User) -> None:
        other = open_session(ana)
        answer = client.post("/settings/sessions/end-others/", headers={"Referer": "http://testserver/settings/sessions/?a=1"})
        assert answer["Location"] == "/settings/confirm/?next=%2Fsettings%2Fsessions%2F%3Fa%3D1"
        elsewhere = client.post("/settings/sessions/end-others/", headers={"Referer": "https://evil.example/settings/"})
        assert elsewhere["Location"] == "/settings/confirm/?next=%2Fsettings%2F"
        other.refresh_from_db()
        assert other.ended_at is None

    def test_htmx_is_sent_there_as_a_whole(self, client: Client, ana: User) -> None:
        answer = client.post("/settings/sessions/end-others/", headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith("/settings/confirm/")

    def test_nobody_is_sent_to_sign_in(self, client: Client) -> None:
        for path in ("/settings/two-factor/set-up/", "/settings/two-factor/passkeys/add/", "/settings/password/"):
            assert client.get(path)["Location"].startswith("/sign-in/?next=")
        for path in ("/settings/sessions/end-others/", "/settings/accounts/google/", "/settings/two-factor/passkeys/1/remove/"):
            assert client.post(path)["Location"].startswith("/sign-in/?next=")

    def test_never_leads_off_the_site(self, client: Client, ana: User) -> None:
        assert client.post("/settings/confirm/?next=https://evil.example/", {"password": PASSWORD})["Location"] == "/home/"

    def test_whoever_has_a_second_factor_is_asked_for_it_even_for_the_password(self, client: Client) -> None:
        ana = with_second_factor()
        client.force_login(ana)
        assert client.get("/settings/password/")["Location"] == "/settings/confirm/?next=%2Fsettings%2Fpassword%2F"
        assert b"authenticator app" in client.get("/settings/confirm/").content
        client.post("/settings/confirm/", {"password": PASSWORD})
        assert client.get("/settings/password/").status_code == 302
        assert client.post("/settings/confirm/?next=/settings/password/", {"code": code()})["Location"] == "/settings/password/"
        assert client.get("/settings/password/").status_code == 200

    def test_without_password_and_second_factor_one_signs_in_anew(self, client: Client) -> None:
        client.force_login(without_password())
        Session.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
        page = client.get("/settings/confirm/?next=/settings/two-factor/set-up/").content
        assert b"Sign in once more" in page
        target = "/sign-in/?next=/settings/two-factor/set-up/"
        assert target.encode() in page
        assert client.post("/sign-out/", {"next": target})["Location"] == target

    def test_setting_up_a_second_factor_confirms(self, client: Client, ana: User) -> None:
        confirm(ana)
        secret = client.get("/settings/two-factor/set-up/").context["secret"]
        Session.objects.update(confirmed_by=Proof.PASSWORD)
        client.post("/settings/two-factor/set-up/", {"code": code(secret)})
        assert client.get("/settings/two-factor/codes/").status_code == 200
