"""Signing up, in and out over REST, as a client would."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.sessions.models import EndReason, Session
from accounts.sessions.tests.conftest import CountHashes
from accounts.sessions.tests.factories import confirm, open_session, tokens_for
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "kettle-violin-moss"


@pytest.fixture
def client() -> APIClient:
    return APIClient(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")


def post(client: APIClient, path: str, data: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Any:
    return client.post(f"/api/v1/auth/{path}", data or {}, headers=headers or {})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def sign_in(client: APIClient, **credentials: str) -> dict[str, Any]:
    answer = post(client, "sign-in", {"password": PASSWORD, **credentials})
    assert answer.status_code == 200, answer.json()
    data: dict[str, Any] = answer.json()["data"]
    return data


def key_in_mail(path: str) -> str:
    found = re.search(rf"/{path}/([^\s/]+)/", str(delivered()[-1].body))
    assert found
    return found.group(1)


def without_time(answer: Any) -> dict[str, Any]:
    return {key: value for key, value in answer.json().items() if key != "timestamp"}


class TestSignUp:
    DATA = {"username": "ana", "email": "ana@example.com", "password": NEW_PASSWORD}

    def test_link_in_mail_leads_in(self, client: APIClient) -> None:
        assert post(client, "sign-up", self.DATA).status_code == 202
        (message,) = delivered()
        assert message.to == ["ana@example.com"]
        assert isinstance(message, EmailMultiAlternatives)
        assert message.alternatives
        assert post(client, "sign-in", {"username": "ana", "password": NEW_PASSWORD}).json()["error"]["code"] == "invalid_credentials"
        assert post(client, "confirm-email", {"key": key_in_mail("verify")}).status_code == 204
        answer = sign_in(client, email="Ana@Example.com", password=NEW_PASSWORD)
        assert answer["user"]["username"] == "ana"
        me = client.get("/api/v1/users/me", headers=bearer(answer["access_token"]))
        assert me.json()["data"]["email"] == "ana@example.com"

    def test_link_works_once(self, client: APIClient) -> None:
        post(client, "sign-up", self.DATA)
        key = key_in_mail("verify")
        post(client, "confirm-email", {"key": key})
        assert post(client, "confirm-email", {"key": key}).status_code == 400

    def test_known_address_gets_the_same_answer_and_another_mail(self, client: APIClient) -> None:
        UserFactory.create(email="known@example.com")
        known = post(client, "sign-up", {**self.DATA, "email": "known@example.com"})
        new = post(client, "sign-up", {**self.DATA, "username": "someone", "email": "new@example.com"})
        assert known.status_code == new.status_code == 202
        assert known.json().keys() == new.json().keys()
        assert known.json()["data"] == {"email": "known@example.com"}
        assert known.cookies.keys() == new.cookies.keys()
        assert [message.to[0] for message in delivered()] == ["known@example.com", "new@example.com"]
        assert "already" in delivered()[0].subject
        assert not User.objects.filter(username="ana").exists()

    def test_known_address_costs_a_hash_too(self, client: APIClient, count_hashes: CountHashes) -> None:
        UserFactory.create(email="known@example.com")
        with count_hashes() as known:
            post(client, "sign-up", {**self.DATA, "email": "known@example.com"})
        with count_hashes() as new:
            post(client, "sign-up", {**self.DATA, "username": "someone", "email": "new@example.com"})
        assert known.count == new.count == 1

    @pytest.mark.parametrize(
        "username", ["ana", "ANA", "admin", "Sign-In", "settings", "a", "ana b", "\u0430\u043d\u0430", "ana.", ".ana", "x" * 51, "an\u0430"]
    )
    def test_username_taken_reserved_or_odd_is_refused(self, client: APIClient, username: str) -> None:
        UserFactory.create(username="Ana")
        answer = post(client, "sign-up", {**self.DATA, "username": username, "email": "new@example.com"})
        assert answer.status_code == 400
        assert {field["attr"] for field in answer.json()["error"]["details"]["fields"]} == {"username"}
        assert User.objects.count() == 1
        assert delivered() == []

    @pytest.mark.parametrize("password", ["short", "password", "12345678901", "ana@example.com"])
    def test_weak_password_is_refused(self, client: APIClient, password: str) -> None:
        answer = post(client, "sign-up", {**self.DATA, "password": password})
        assert answer.status_code == 400
        assert {field["attr"] for field in answer.json()["error"]["details"]["fields"]} == {"password"}
        assert not User.objects.exists()

    def test_resend_answers_alike_for_unknown_unconfirmed_and_confirmed(self, client: APIClient) -> None:
        UserFactory.create(email="done@example.com")
        UserFactory.create(email="waiting@example.com", address__verified=False)
        answers = [post(client, "resend-email", {"email": f"{name}@example.com"}) for name in ("nobody", "waiting", "done")]
        assert {answer.status_code for answer in answers} == {202}
        assert len(delivered()) == 3
        assert [message.to[0] for message in delivered() if "Confirm" in message.subject] == ["waiting@example.com"]


class TestSignIn:
    @pytest.mark.parametrize("credentials", [{"username": "Ana"}, {"username": "ana"}, {"email": "ana@example.com"}, {"email": "ANA@example.com"}])
    def test_by_username_or_email(self, client: APIClient, credentials: dict[str, str]) -> None:
        UserFactory.create(username="Ana")
        assert sign_in(client, **credentials)["expires_in"] == 900

    def test_wrong_password_and_unknown_name_look_the_same(self, client: APIClient, count_hashes: CountHashes) -> None:
        UserFactory.create(username="ana")
        answers = []
        for credentials in ({"username": "ana"}, {"username": "nobody"}, {"email": "ana@example.com"}, {"email": "nobody@example.com"}):
            with count_hashes() as hashes:
                answers.append(post(client, "sign-in", {**credentials, "password": "wrong-wrong"}))
            assert hashes.count == 1
        assert {answer.status_code for answer in answers} == {401}
        assert all(without_time(answer) == without_time(answers[0]) for answer in answers)
        assert not Session.objects.exists()

    def test_suspended_person_is_told_only_with_the_password(self, client: APIClient) -> None:
        ana = UserFactory.create(username="ana")
        suspend_user(user=ana, until=timezone.now() + timedelta(days=2), reason="Spam")
        assert post(client, "sign-in", {"username": "ana", "password": "wrong-wrong"}).json()["error"]["code"] == "invalid_credentials"
        refused = post(client, "sign-in", {"username": "ana", "password": PASSWORD})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "account_suspended")
        assert refused.json()["error"]["details"]["reason"] == "Spam"
        assert not Session.objects.exists()

    def test_closed_account_is_refused(self, client: APIClient) -> None:
        UserFactory.create(username="ana", is_active=False)
        assert post(client, "sign-in", {"username": "ana", "password": PASSWORD}).json()["error"]["code"] == "account_closed"
        assert not Session.objects.exists()

    @pytest.mark.parametrize(
        "data", [{}, {"password": "x"}, {"username": "a", "email": "a@b.cd", "password": "x"}, {"username": ["a"], "password": {}}]
    )
    def test_odd_shapes_are_refused(self, client: APIClient, data: dict[str, Any]) -> None:
        assert post(client, "sign-in", data).status_code == 400

    def test_browser_gets_refresh_token_as_cookie_only(self, client: APIClient) -> None:
        UserFactory.create(username="ana")
        answer = post(client, "sign-in", {"username": "ana", "password": PASSWORD}, headers={"X-Client": "browser"})
        assert "refresh_token" not in answer.json()["data"]
        cookie = answer.cookies["hubbub_refresh"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/api/v1/auth/refresh-token")

    def test_apps_get_no_cookies(self, client: APIClient) -> None:
        UserFactory.create(username="ana")
        assert not post(client, "sign-in", {"username": "ana", "password": PASSWORD}).cookies


class TestRefresh:
    def test_gives_new_tokens_that_work(self, client: APIClient) -> None:
        pair = tokens_for(UserFactory.create())
        answer = post(client, "refresh-token", {"refresh_token": pair.refresh_token})
        assert answer.status_code == 200
        data = answer.json()["data"]
        assert data["refresh_token"] != pair.refresh_token
        assert client.get("/api/v1/users/me", headers=bearer(data["access_token"])).status_code == 200

    def test_cookie_needs_the_header_no_other_site_can_send(self, client: APIClient) -> None:
        UserFactory.create(username="ana")
        post(client, "sign-in", {"username": "ana", "password": PASSWORD}, headers={"X-Client": "browser"})
        assert post(client, "refresh-token").json()["error"]["code"] == "csrf_failed"
        answer = post(client, "refresh-token", headers={"X-Client": "browser"})
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()["data"]
        assert post(client, "refresh-token", headers={"X-Client": "browser"}).status_code == 200

    @pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
    def test_garbage_is_refused(self, client: APIClient, token: str) -> None:
        assert post(client, "refresh-token", {"refresh_token": token} if token is not None else {}).status_code in {400, 401}

    def test_deleted_person_is_refused_cleanly(self, client: APIClient) -> None:
        ana = UserFactory.create()
        pair = tokens_for(ana)
        ana.delete()
        answer = post(client, "refresh-token", {"refresh_token": pair.refresh_token})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session_ended")

    def test_suspended_person_is_refused_cleanly(self, client: APIClient) -> None:
        ana = UserFactory.create()
        pair = tokens_for(ana)
        suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Spam")
        assert post(client, "refresh-token", {"refresh_token": pair.refresh_token}).status_code == 401


class TestSignOut:
    def test_next_request_is_refused(self, client: APIClient) -> None:
        UserFactory.create(username="ana")
        data = sign_in(client, username="ana")
        assert post(client, "sign-out", headers=bearer(data["access_token"])).status_code == 204
        refused = client.get("/api/v1/users/me", headers=bearer(data["access_token"]))
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "session_ended")
        assert post(client, "refresh-token", {"refresh_token": data["refresh_token"]}).status_code == 401
        assert Session.objects.get().end_reason == EndReason.SIGNED_OUT

    def test_cookie_session_ends_too(self) -> None:
        client = APIClient()
        client.force_login(UserFactory.create())
        assert client.get("/api/v1/users/me").status_code == 200
        assert post(client, "sign-out").status_code == 204
        assert client.get("/api/v1/users/me").status_code == 401
        assert Session.objects.get().ended_at


class TestCookies:
    def test_write_with_cookie_needs_csrf_token(self) -> None:
        client = APIClient(enforce_csrf_checks=True)
        ana = UserFactory.create(bio="Before")
        client.force_login(ana)
        refused = client.patch("/api/v1/users/me", {"bio": "After"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf_failed")
        ana.refresh_from_db()
        assert ana.bio == "Before"

    def test_write_with_cookie_and_csrf_token_passes(self) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(UserFactory.create())
        client.cookies["csrftoken"] = token = "a" * 32
        assert client.patch("/api/v1/users/me", {"bio": "After"}, headers={"X-CSRFToken": token}).status_code == 200


class TestPasswords:
    def test_forgot_answers_alike_for_known_and_unknown(self, client: APIClient) -> None:
        UserFactory.create(email="ana@example.com")
        known, unknown = (post(client, "forgot-password", {"email": f"{name}@example.com"}) for name in ("ana", "nobody"))
        assert known.status_code == unknown.status_code == 202
        assert known.json().keys() == unknown.json().keys()
        assert [message.to[0] for message in delivered()] == ["ana@example.com", "nobody@example.com"]

    def test_reset_sets_password_ends_all_sessions_and_works_once(self, client: APIClient) -> None:
        ana = UserFactory.create(username="ana")
        token = tokens_for(ana).access_token
        post(client, "forgot-password", {"email": ana.email})
        key = key_in_mail("reset")
        assert post(client, "reset-password", {"key": key, "password": NEW_PASSWORD}).status_code == 204
        assert client.get("/api/v1/users/me", headers=bearer(token)).status_code == 401
        assert "reset" in delivered()[-1].subject
        sign_in(client, username="ana", password=NEW_PASSWORD)
        assert post(client, "reset-password", {"key": key, "password": PASSWORD}).status_code == 400

    @pytest.mark.parametrize("key", ["x", "1-2", "é", "00000000000000000000000000000000-abc"])
    def test_reset_with_a_made_up_key_is_refused(self, client: APIClient, key: str) -> None:
        assert post(client, "reset-password", {"key": key, "password": NEW_PASSWORD}).status_code == 400

    def test_change_keeps_this_session_and_ends_the_others(self, client: APIClient) -> None:
        ana = UserFactory.create(username="ana")
        other = tokens_for(ana)
        mine = sign_in(client, username="ana")
        answer = post(client, "change-password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}, headers=bearer(mine["access_token"]))
        assert answer.status_code == 204, answer.json()
        assert client.get("/api/v1/users/me", headers=bearer(other.access_token)).status_code == 401
        assert client.get("/api/v1/users/me", headers=bearer(mine["access_token"])).status_code == 200
        assert post(client, "refresh-token", {"refresh_token": mine["refresh_token"]}).status_code == 200
        assert "changed" in delivered()[-1].subject

    def test_change_by_cookie_keeps_the_browser_signed_in(self) -> None:
        client = APIClient()
        client.force_login(UserFactory.create())
        assert post(client, "change-password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).status_code == 204
        assert client.get("/api/v1/users/me").status_code == 200
        assert client.get("/api/v1/auth/sessions").json()["data"][0]["is_current"]

    def test_change_needs_the_current_password(self, client: APIClient) -> None:
        ana = UserFactory.create()
        before = ana.password
        token = tokens_for(ana).access_token
        answer = post(client, "change-password", {"current_password": "wrong-wrong", "new_password": NEW_PASSWORD}, headers=bearer(token))
        assert answer.status_code == 400
        ana.refresh_from_db()
        assert ana.password == before
        assert delivered() == []


class TestSessions:
    def test_list_shows_device_address_last_use_and_current(self, client: APIClient) -> None:
        ana = UserFactory.create(username="ana")
        open_session(ana, user_agent="HubbubApp/1.0")
        open_session(UserFactory.create())
        token = sign_in(client, username="ana")["access_token"]
        rows = client.get("/api/v1/auth/sessions", headers=bearer(token)).json()["data"]
        assert [(row["device"], row["is_current"]) for row in rows] == [("Firefox on Linux", True), ("HubbubApp", False)]
        assert rows[0]["address"] == "127.0.0.1"

    def test_list_costs_the_same_at_any_length(self, client: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        ana = UserFactory.create()
        token = tokens_for(ana).access_token
        for more in (1, 8):
            for _ in range(more):
                open_session(ana)
            with django_assert_num_queries(2):
                client.get("/api/v1/auth/sessions", headers=bearer(token))

    def test_end_one(self, client: APIClient) -> None:
        ana = UserFactory.create()
        mine, other = tokens_for(ana), tokens_for(ana)
        target = Session.objects.latest("id")
        assert client.delete(f"/api/v1/auth/sessions/{target.pk}", headers=bearer(mine.access_token)).status_code == 204
        assert client.get("/api/v1/users/me", headers=bearer(other.access_token)).status_code == 401

    def test_somebody_elses_session_does_not_exist(self, client: APIClient) -> None:
        theirs = open_session(UserFactory.create())
        answer = client.delete(f"/api/v1/auth/sessions/{theirs.pk}", headers=bearer(tokens_for(UserFactory.create()).access_token))
        assert answer.status_code == 404
        theirs.refresh_from_db()
        assert theirs.ended_at is None

    def test_end_all_others(self, client: APIClient) -> None:
        ana = UserFactory.create()
        mine = tokens_for(ana)
        others = [tokens_for(ana) for _ in range(3)]
        bystander = tokens_for(UserFactory.create())
        confirm(ana)
        answer = client.delete("/api/v1/auth/sessions", headers=bearer(mine.access_token))
        assert answer.json()["data"] == {"ended": 3}
        assert {client.get("/api/v1/users/me", headers=bearer(pair.access_token)).status_code for pair in others} == {401}
        assert client.get("/api/v1/users/me", headers=bearer(mine.access_token)).status_code == 200
        assert client.get("/api/v1/users/me", headers=bearer(bystander.access_token)).status_code == 200


def test_email_address_follows_sign_up(client: APIClient) -> None:
    post(client, "sign-up", TestSignUp.DATA)
    assert EmailAddress.objects.get().verified is False


def test_each_resend_that_is_accepted_sends_one_mail(client: APIClient) -> None:
    UserFactory.create(email="waiting@example.com", waiting=True)
    UserFactory.create(email="done@example.com")
    for name in ("nobody", "waiting", "done"):
        before = len(delivered())
        answers = [post(client, "resend-email", {"email": f"{name}@example.com"}).status_code for _ in range(2)]
        assert answers == [202, 202]
        assert len(delivered()) == before + 2


def test_refreshing_counts_by_session(client: APIClient, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "refresh": "2/hour", "refresh_address": "8/hour"}
    first, second = (tokens_for(UserFactory.create()).refresh_token for _ in range(2))

    def refresh(token: str) -> Any:
        return post(client, "refresh-token", {"refresh_token": token})

    for _ in range(2):
        first = refresh(first).json()["data"]["refresh_token"]
    assert refresh(first).status_code == 429
    assert [refresh("forged").status_code for _ in range(2)] == [401, 401]  # of nobody's session, and of nobody's count
    second = refresh(second).json()["data"]["refresh_token"]  # behind the same address
    assert [refresh("forged").status_code for _ in range(3)] == [401, 401, 429]
