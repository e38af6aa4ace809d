"""Second factors: signing in with one, setting one up, and the admin that asks for it."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Session
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, step: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def with_second_factor(**fields: Any) -> User:
    person = UserFactory.create(**fields)
    TOTP.activate(person, SECRET)
    return person


def sign_in(client: APIClient, username: str = "ana") -> Any:
    return client.post("/api/v1/auth/sign-in", {"username": username, "password": PASSWORD})


class TestRest:
    def test_password_alone_gives_no_tokens(self) -> None:
        with_second_factor(username="ana")
        error = sign_in(APIClient()).json()["error"]
        assert error["code"] == "mfa_required"
        assert error["details"]["types"] == ["totp"]
        assert not Session.objects.exists()

    def test_new_password_ends_what_waits_for_a_code(self) -> None:
        ana = with_second_factor(username="ana")
        client, page = APIClient(), Client()
        token = sign_in(client).json()["error"]["details"]["mfa_token"]
        page.post("/sign-in/", {"login": "ana", "password": PASSWORD})
        ana.set_password("another-violin-moss")
        ana.save()
        answer = client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": code()})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session_ended")
        assert page.post("/sign-in/code/", {"code": code(step=1)}).status_code == 401
        assert page.get("/home/").status_code == 302
        assert not Session.objects.exists()

    def test_code_finishes_the_sign_in(self) -> None:
        with_second_factor(username="ana")
        client = APIClient()
        token = sign_in(client).json()["error"]["details"]["mfa_token"]
        assert client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": "000000"}).status_code == 400
        answer = client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": code()})
        assert answer.json()["data"]["user"]["username"] == "ana"
        again = client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": code()})
        assert again.status_code == 401

    def test_code_works_once_however_long_it_is_in_date(self) -> None:
        with_second_factor(username="ana")
        now, given, answers = timezone.now(), code(), []
        for seconds in (0, 1, 20):
            with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
                cache.clear()  # allauth's own memory, which is shorter than the code
                token = sign_in(APIClient()).json()["error"]["details"]["mfa_token"]
                answers.append(APIClient().post("/api/v1/auth/mfa", {"mfa_token": token, "code": given}).status_code)
        assert answers == [200, 400, 400]

    @pytest.mark.parametrize(("step", "status"), [(-2, 400), (-1, 200), (0, 200), (1, 200), (2, 400)])
    def test_codes_of_the_half_minutes_around_now_are_taken(self, step: int, status: int) -> None:
        with_second_factor(username="ana")
        with time_machine.travel(timezone.now(), tick=False):
            token = sign_in(APIClient()).json()["error"]["details"]["mfa_token"]
            assert APIClient().post("/api/v1/auth/mfa", {"mfa_token": token, "code": code(step=step)}).status_code == status

    def test_recovery_code_works_once(self) -> None:
        ana = with_second_factor(username="ana")
        recovery = RecoveryCodes.activate(ana).get_unused_codes()[0]
        client = APIClient()
        answers = []
        for _ in range(2):
            token = sign_in(client).json()["error"]["details"]["mfa_token"]
            answers.append(client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": recovery}).status_code)
        assert answers == [200, 400]

    def test_guesses_are_counted_by_person(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "second_factor": "3/15 minutes"}
        with_second_factor(username="ana")
        answers = []
        for number in range(4):
            client = APIClient(REMOTE_ADDR=f"10.0.0.{number}")
            token = sign_in(client).json()["error"]["details"]["mfa_token"]
            answers.append(client.post("/api/v1/auth/mfa", {"mfa_token": token, "code": "000000" if number < 3 else code()}).status_code)
        assert answers == [400, 400, 400, 429]

    @pytest.mark.parametrize("token", ["x", "a" * 32])
    def test_made_up_token_is_refused(self, token: str) -> None:
        assert APIClient().post("/api/v1/auth/mfa", {"mfa_token": token, "code": "123456"}).status_code == 401

    def test_session_key_of_somebody_signed_in_is_no_token(self) -> None:
        session = open_session(with_second_factor(username="ana"))
        assert APIClient().post("/api/v1/auth/mfa", {"mfa_token": session.session_key, "code": code()}).status_code == 401


class TestPages:
    def test_sign_in_asks_for_the_code(self, client: Client) -> None:
        with_second_factor(username="ana")
        assert client.post("/sign-in/", {"login": "ana", "password": PASSWORD})["Location"] == "/sign-in/code/"
        assert client.get("/settings/sessions/").status_code == 302
        assert client.get("/sign-in/code/").status_code == 200
        assert client.post("/sign-in/code/", {"code": code()})["Location"] == "/home/"
        assert client.get("/settings/sessions/").status_code == 200

    def test_setting_one_up_shows_recovery_codes(self, client: Client) -> None:
        ana = UserFactory.create()
        client.force_login(ana)
        assert client.get("/settings/two-factor/set-up/")["Location"].startswith("/settings/confirm/")
        client.post("/settings/confirm/?next=/settings/two-factor/set-up/", {"password": PASSWORD})
        page = client.get("/settings/two-factor/set-up/").content.decode()
        found = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
        assert found
        secret = found.group(1)
        assert client.post("/settings/two-factor/set-up/", {"code": code(secret)})["Location"] == "/settings/two-factor/codes/"
        page = client.get("/settings/two-factor/codes/").content.decode()
        shown = re.findall(r"<li>(\w+)</li>", page)
        assert len(shown) == 10
        saved = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"\s[^>]*download="hubbub-recovery-codes.txt"', page)
        assert saved
        assert unquote(saved[1]).split() == shown, "what is saved is what is shown"
        assert secret not in str(Authenticator.objects.get(type="totp").data)
        assert b"Turn off" in client.get("/settings/two-factor/").content


class TestAdmin:
    @pytest.fixture(autouse=True)
    def _outside_development(self, settings: Settings) -> None:
        settings.STAFF_NEED_SECOND_FACTOR = True

    def test_nobody_is_sent_to_sign_in(self, client: Client) -> None:
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/?next=/admin/")

    def test_for_people_who_are_not_staff_there_is_no_admin(self, client: Client) -> None:
        client.force_login(UserFactory.create())
        assert client.get("/admin/", follow=True).status_code == 404

    def test_staff_without_second_factor_are_sent_to_set_one_up(self, client: Client) -> None:
        client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
        chain = [step for step, _ in client.get("/admin/", follow=True).redirect_chain]
        assert any(step.startswith("/settings/two-factor/set-up/?next=%2Fadmin%2F") for step in chain)

    def test_staff_whose_session_gave_none_are_asked(self, client: Client) -> None:
        client.force_login(with_second_factor(is_staff=True, is_superuser=True))
        chain = [step for step, _ in client.get("/admin/", follow=True).redirect_chain]
        assert chain[-1].startswith("/settings/confirm/?next=")
        assert client.post(chain[-1], {"code": code()})["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200

    def test_staff_who_gave_it_at_sign_in_enter(self, client: Client) -> None:
        with_second_factor(username="ana", is_staff=True, is_superuser=True)
        client.post("/sign-in/", {"login": "ana", "password": PASSWORD, "next": "/admin/"})
        assert client.post("/sign-in/code/", {"code": code()})["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200


class TestAdminPages:
    @pytest.fixture
    def staff(self) -> Client:
        client = Client()
        client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
        return client

    def test_lists_and_forms_render(self, staff: Client) -> None:
        session = open_session(UserFactory.create(username="ana"))
        for path in ("", "accounts_users/user/", "accounts_sessions/session/", "account/emailaddress/", "auth/group/"):
            assert staff.get(f"/admin/{path}").status_code == 200, path
        assert b"ana" in staff.get("/admin/accounts_users/user/?q=ana").content
        assert staff.get(f"/admin/accounts_users/user/{session.user_id}/change/").status_code == 200
        assert staff.get(f"/admin/accounts_sessions/session/{session.pk}/change/").status_code == 200

    def test_sidebar_has_sections(self, staff: Client) -> None:
        page = staff.get("/admin/").content.decode()
        assert all(title in page for title in ("People", "System"))

    def test_list_of_people_costs_the_same_at_any_length(self, staff: Client, count_queries: Callable[[Callable[[], object]], int]) -> None:
        UserFactory.create()
        few = count_queries(lambda: staff.get("/admin/accounts_users/user/"))
        UserFactory.create_batch(9)
        assert count_queries(lambda: staff.get("/admin/accounts_users/user/")) == few
