"""Signing in and up with Google, over REST and by page, against an OpenID provider of our own."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Session
from accounts.sessions.tests.factories import confirm
from accounts.sessions.tests.openid import Provider
from accounts.sessions.tests.test_second_factor import code, with_second_factor
from accounts.sessions.tests.test_step_up import app
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.mail.testing import delivered
from core.testing.threads import race

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("error::django.core.cache.CacheKeyWarning")]
PATH, ACCOUNTS = "/api/v1/auth/google", "/api/v1/auth/accounts"
REDIRECT = "com.example.app:/back"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider().running() as provider:
        yield provider


@pytest.fixture
def google(running: Provider, settings: Settings) -> Provider:
    settings.SOCIALACCOUNT_PROVIDERS = running.settings()
    running.person = {"sub": "google-ana", "email": "ana@example.com", "email_verified": True, "name": "Ana Ferreira"}
    return running


def sign_in(**data: Any) -> Any:
    return APIClient().post(PATH, data)


def connected(user: User, uid: str = "google-ana") -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="google", uid=uid, extra_data={"email": "ana@example.com"})


def authorised(google: Provider) -> dict[str, str]:
    """What an app holds once its person agreed."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"client_id": "hubbub-tests", "response_type": "code", "scope": "openid email profile", "redirect_uri": REDIRECT}
    back = google.consent({**asked, "code_challenge": challenge, "code_challenge_method": "S256"})
    return {"code": dict(parse_qsl(urlsplit(back).query))["code"], "code_verifier": verifier, "redirect_uri": REDIRECT}


class TestRest:
    def test_who_is_known_comes_in(self, google: Provider) -> None:
        ana = UserFactory.create(username="ana")
        connected(ana)
        google.person["email"] = "another@example.com"
        answer = sign_in(id_token=google.id_token())
        assert answer.json()["data"]["user"]["id"] == str(ana.pk)
        assert Session.objects.get().confirmed_by == "sign_in"

    def test_code_with_verifier_comes_in(self, google: Provider) -> None:
        ana = UserFactory.create()
        connected(ana)
        held = authorised(google)
        assert sign_in(**held).json()["data"]["user"]["id"] == str(ana.pk)
        assert sign_in(**held).json()["error"]["code"] == "google_refused"
        assert not SocialToken.objects.exists()

    @pytest.mark.parametrize("lie", [{"code_verifier": "x" * 43}, {"redirect_uri": "https://evil.example/"}, {"code": "made-up"}])
    def test_code_without_its_verifier_or_for_another_app_is_refused(self, google: Provider, lie: dict[str, str]) -> None:
        connected(UserFactory.create())
        assert sign_in(**{**authorised(google), **lie}).json()["error"]["code"] == "google_refused"
        assert not Session.objects.exists()

    def test_who_is_new_chooses_a_name(self, google: Provider) -> None:
        asked = sign_in(id_token=google.id_token())
        assert (asked.status_code, asked.json()["error"]["code"]) == (409, "username_required")
        assert not User.objects.exists()
        token = asked.json()["error"]["details"]["sign_up_token"]
        answer = sign_in(sign_up_token=token, username="ana")
        assert answer.json()["data"]["user"]["username"] == "ana"
        ana = User.objects.get()
        assert (ana.email, ana.display_name, ana.has_usable_password()) == ("ana@example.com", "Ana Ferreira", False)
        assert EmailAddress.objects.get(user=ana).verified
        assert SocialAccount.objects.get(user=ana).uid == "google-ana"
        assert sign_in(sign_up_token=token, username="another").json()["data"]["user"]["username"] == "ana"

    def test_who_is_new_may_bring_the_name_along(self, google: Provider) -> None:
        assert sign_in(id_token=google.id_token(), username="ana").status_code == 200

    @pytest.mark.parametrize(("username", "error"), [("taken", "username_taken"), ("admin", "username_reserved"), ("a b c", "invalid_username")])
    def test_name_that_cannot_be_is_refused(self, google: Provider, username: str, error: str) -> None:
        UserFactory.create(username="Taken")
        assert sign_in(id_token=google.id_token(), username=username).json()["error"]["code"] == error
        assert User.objects.count() == 1
        assert not SocialAccount.objects.exists()

    def test_links_to_the_account_whose_address_both_have_verified(self, google: Provider) -> None:
        ana = UserFactory.create(email="ana@example.com")
        google.person["email"] = "Ana@Example.com"
        assert sign_in(id_token=google.id_token()).json()["data"]["user"]["id"] == str(ana.pk)
        assert SocialAccount.objects.get().user == ana
        (mail,) = delivered()
        assert (mail.subject, mail.to) == ("Google connected", ["ana@example.com"])

    @pytest.mark.parametrize("verified", [False, None, "true", 1])
    def test_address_google_has_not_verified_links_and_makes_nothing(self, google: Provider, verified: Any) -> None:
        UserFactory.create(email="ana@example.com")
        for email in ("ana@example.com", "nobody@example.com"):
            answer = sign_in(id_token=google.id_token(email=email, email_verified=verified, sub=email), username="someone")
            assert answer.json()["error"]["code"] == "google_email_unverified"
        assert not SocialAccount.objects.exists()
        assert User.objects.count() == 1
        assert delivered() == []

    def test_account_that_never_confirmed_its_address_is_not_linked(self, google: Provider) -> None:
        UserFactory.create(email="ana@example.com", address__verified=False)
        answer = sign_in(id_token=google.id_token(), username="someone")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "account_unconfirmed")
        assert not SocialAccount.objects.exists()
        assert not Session.objects.exists()
        assert delivered() == []

    def test_second_factor_is_asked_for_all_the_same(self, google: Provider) -> None:
        connected(with_second_factor())
        error = sign_in(id_token=google.id_token()).json()["error"]
        assert error["code"] == "mfa_required"
        answer = APIClient().post("/api/v1/auth/mfa", {"mfa_token": error["details"]["mfa_token"], "code": code()})
        assert answer.status_code == 200

    def test_closed_account_is_refused(self, google: Provider) -> None:
        connected(UserFactory.create(is_active=False))
        assert sign_in(id_token=google.id_token()).json()["error"]["code"] == "account_closed"

    def test_token_works_once(self, google: Provider) -> None:
        connected(UserFactory.create())
        token = google.id_token()
        assert [sign_in(id_token=token).status_code for _ in range(2)] == [200, 400]

    @pytest.mark.parametrize(
        "claims", [{"aud": "somebody-else"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": None}, {"sub": ""}, {"nonce": "theirs"}]
    )
    def test_token_for_others_or_out_of_date_is_refused(self, google: Provider, claims: dict[str, Any]) -> None:
        connected(UserFactory.create())
        assert sign_in(id_token=google.id_token(**claims)).json()["error"]["code"] == "google_refused"
        assert not Session.objects.exists()

    def test_token_signed_by_others_is_refused(self, google: Provider) -> None:
        connected(UserFactory.create())
        said = {"iss": google.issuer, "aud": "hubbub-tests", "sub": "google-ana", "exp": int(time.time()) + 60}
        other = Provider()
        other.server.server_close()
        forged = [
            jwt.encode(said, other.key, algorithm="RS256", headers={"kid": "key-1"}),
            jwt.encode(said, "secret" * 8, algorithm="HS256", headers={"kid": "key-1"}),
            jwt.encode(said, None, algorithm="none", headers={"kid": "key-1"}),  # type: ignore[arg-type]
            jwt.encode(said, google.key, algorithm="RS256"),
            "a.b.c",
            "é",
        ]
        assert {sign_in(id_token=token).json()["error"]["code"] for token in forged} == {"google_refused"}
        assert not Session.objects.exists()

    def test_nonce_has_to_be_the_one_asked_for(self, google: Provider) -> None:
        connected(UserFactory.create())
        assert sign_in(id_token=google.id_token(nonce="ours"), nonce="ours").status_code == 200
        assert sign_in(id_token=google.id_token(), nonce="ours").status_code == 400

    def test_apps_of_the_operator_may_bring_theirs(self, google: Provider, settings: Settings) -> None:
        settings.GOOGLE_APP_CLIENT_IDS = ["phone"]
        connected(UserFactory.create())
        assert sign_in(id_token=google.id_token(aud="phone")).status_code == 200

    @pytest.mark.parametrize("data", [{}, {"id_token": "a", "code": "b"}, {"code": "a"}, {"username": "ana"}, {"nonce": "a"}, {"sign_up_token": "x"}])
    def test_odd_shapes_are_refused(self, google: Provider, data: dict[str, Any]) -> None:
        assert sign_in(**data).status_code == 400

    def test_provider_that_is_away_is_said_so(self, google: Provider, settings: Settings) -> None:
        away = Provider()
        away.server.server_close()
        settings.SOCIALACCOUNT_PROVIDERS = away.settings()
        assert sign_in(id_token=google.id_token()).status_code == 503

    def test_where_it_is_not_set_up_it_does_not_exist(self) -> None:
        assert sign_in(id_token="a.b.c").status_code == 404


class TestConnected:
    def test_connect_list_and_disconnect(self, google: Provider) -> None:
        ana = UserFactory.create()
        client = app(ana)
        confirm(ana)
        google.person["email"] = "private@example.com"
        assert client.post(ACCOUNTS, {"id_token": google.id_token()}).json()["data"]["email"] == "private@example.com"
        (row,) = client.get(ACCOUNTS).json()["data"]
        assert client.delete(f"{ACCOUNTS}/{row['id']}").status_code == 204
        assert [mail.subject for mail in delivered()] == ["Google connected", "Google disconnected"]
        assert not SocialAccount.objects.exists()

    def test_both_ask_for_step_up(self, google: Provider) -> None:
        ana = UserFactory.create()
        account = connected(ana)
        client = app(ana)
        for answer in (client.post(ACCOUNTS, {"id_token": google.id_token()}), client.delete(f"{ACCOUNTS}/{account.pk}")):
            assert answer.json()["error"]["code"] == "reauthentication_required"
        assert SocialAccount.objects.count() == 1

    def test_of_somebody_else_is_neither_taken_nor_there(self, google: Provider) -> None:
        account = connected(UserFactory.create())
        eve = UserFactory.create()
        client = app(eve)
        confirm(eve)
        assert client.post(ACCOUNTS, {"id_token": google.id_token()}).json()["error"]["code"] == "google_connected_other"
        assert client.delete(f"{ACCOUNTS}/{account.pk}").status_code == 404
        account.refresh_from_db()
        assert account.user != eve

    def test_only_way_in_stays(self, google: Provider) -> None:
        ana = UserFactory.create(address__verified=False)
        ana.set_unusable_password()
        ana.save()
        account = connected(ana)
        client = app(ana)
        confirm(ana)
        assert client.delete(f"{ACCOUNTS}/{account.pk}").json()["error"]["code"] == "last_way_in"
        assert SocialAccount.objects.exists()


class TestPages:
    def come_back(self, client: Client, google: Provider, start: str = "/sign-in/google/", **data: str) -> Any:
        """Press the button, agree, and return to us."""
        sent = client.post(start, data)
        assert sent["Location"].startswith(f"{google.issuer}/authorize?")
        asked = dict(parse_qsl(urlsplit(sent["Location"]).query))
        back = urlsplit(google.consent(asked))
        return client.get(f"{back.path}?{back.query}")

    def test_new_person_picks_a_name_and_is_in(self, client: Client, google: Provider) -> None:
        assert b"Sign up with Google" in client.get("/sign-up/").content
        assert self.come_back(client, google, next="/chats/")["Location"] == "/sign-up/google/"
        assert b"ana@example.com" in client.get("/sign-up/google/").content
        assert client.post("/sign-up/google/", {"username": "admin"}).status_code == 200
        assert client.post("/sign-up/google/", {"username": "ana"})["Location"] == "/chats/"
        assert client.get("/settings/sessions/").status_code == 200
        assert User.objects.get().username == "ana"
        assert client.get("/sign-up/google/").status_code == 302

    def test_known_person_is_in(self, client: Client, google: Provider) -> None:
        connected(UserFactory.create())
        assert self.come_back(client, google, next="https://evil.example/")["Location"] == "/home/"
        assert client.get("/settings/sessions/").status_code == 200

    def test_refusal_is_told_on_the_sign_in_page(self, client: Client, google: Provider) -> None:
        UserFactory.create(email="ana@example.com", address__verified=False)
        assert self.come_back(client, google)["Location"] == "/sign-in/"
        assert b"never confirmed it" in client.get("/sign-in/").content
        assert not Session.objects.exists()

    @pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied", "?error=server_error&state=y", "?code=x"])
    def test_coming_back_without_having_been_sent_signs_nobody_in(self, client: Client, google: Provider, query: str) -> None:
        assert client.get(f"/sign-in/google/callback/{query}")["Location"] == "/sign-in/"
        assert not Session.objects.exists()

    def test_answer_of_another_browser_is_refused(self, client: Client, google: Provider) -> None:
        connected(UserFactory.create())
        asked = dict(parse_qsl(urlsplit(client.post("/sign-in/google/")["Location"]).query))
        back = urlsplit(google.consent(asked))
        assert Client().get(f"{back.path}?{back.query}")["Location"] == "/sign-in/"
        assert not Session.objects.exists()

    def test_connect_and_disconnect_in_the_settings(self, client: Client, google: Provider) -> None:
        ana = UserFactory.create()
        client.force_login(ana)
        assert client.post("/settings/accounts/google/")["Location"].startswith("/settings/confirm/")
        confirm(ana)
        assert b"Connect Google" in client.get("/settings/accounts/").content
        assert self.come_back(client, google, "/settings/accounts/google/")["Location"] == "/settings/accounts/"
        page = client.get("/settings/accounts/").content.decode()
        found = re.search(r"/settings/accounts/\d+/disconnect/", page)
        assert found
        assert SocialAccount.objects.get().user == ana
        assert client.post(found.group())["Location"] == "/settings/accounts/"
        assert not SocialAccount.objects.exists()

    def test_account_of_somebody_else_is_not_connected(self, client: Client, google: Provider) -> None:
        owner = UserFactory.create()
        connected(owner)
        eve = UserFactory.create()
        client.force_login(eve)
        confirm(eve)
        assert self.come_back(client, google, "/settings/accounts/google/")["Location"] == "/settings/accounts/"
        assert b"another account here" in client.get("/settings/accounts/").content
        assert SocialAccount.objects.get().user == owner

    def test_confirmation_that_ran_out_on_the_way_is_asked_for_again(self, client: Client, google: Provider) -> None:
        ana = UserFactory.create()
        client.force_login(ana)
        confirm(ana)
        asked = dict(parse_qsl(urlsplit(client.post("/settings/accounts/google/")["Location"]).query))
        Session.objects.update(confirmed_at=None, confirmed_by="")
        back = urlsplit(google.consent(asked))
        assert client.get(f"{back.path}?{back.query}")["Location"] == "/settings/confirm/?next=%2Fsettings%2Faccounts%2F"
        assert not SocialAccount.objects.exists()

    def test_where_it_is_not_set_up_there_is_no_button(self, client: Client) -> None:
        for path in ("/sign-in/", "/sign-up/"):
            assert b"Google" not in client.get(path).content
        assert client.post("/sign-in/google/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_parallel_sign_ups_of_one_person_one_is_made(google: Provider) -> None:
    tokens = [google.id_token(jti=str(number)) for number in range(4)]
    answers = race(lambda number: sign_in(id_token=tokens[number], username=f"ana{number}").status_code, threads=4)
    assert "200" in map(str, answers)
    assert User.objects.count() == SocialAccount.objects.count() == 1
