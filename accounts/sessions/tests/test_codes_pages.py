"""Codes in a browser, without JavaScript."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.sessions.models import Session
from accounts.sessions.tests.asking import OTHER_PHONE, PHONE, later, mailed_code, texted_code, wrong
from accounts.sessions.tests.factories import confirm, open_session
from accounts.sessions.tests.test_second_factor import SECRET
from accounts.sessions.tests.test_step_up import without_password
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered
from core.sms.testing import texted

pytestmark = pytest.mark.django_db
CODE_PAGE = "/sign-in/enter-code/"


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", email="ana@example.com", phone=PHONE)


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/account/").status_code == 200


def words(page: Any) -> str:
    return str(page.content.decode())


@pytest.mark.parametrize("path", ["/sign-up/phone/", "/sign-in/email/", "/sign-in/phone/"])
def test_pages_for_strangers(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert b"<h1" in page.content
    client.force_login(UserFactory.create())
    assert client.get(path)["Location"] == "/home/"


@pytest.mark.parametrize(
    "path",
    ["/settings/account/", "/settings/account/email/", "/settings/account/phone/", "/settings/account/phone/remove/", "/settings/password/set/"],
)
def test_settings_pages(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/sign-in/?next=")
    person = UserFactory.create()
    if path.endswith("set/"):
        person.set_unusable_password()
        person.save()
    client.force_login(person)
    if path != "/settings/account/":
        Session.objects.update(confirmed_at=None, confirmed_by="")
        assert client.get(path)["Location"] == f"/settings/confirm/?{urlencode({'next': path})}"
    confirm(person)
    assert client.get(path).status_code == 200


def test_code_pages_without_a_code_lead_to_where_one_asks_for_it(client: Client, ana: User) -> None:
    assert client.get(CODE_PAGE)["Location"] == "/sign-in/"
    client.force_login(ana)
    assert client.get("/settings/account/code/")["Location"] == "/settings/account/"


def test_sign_up_with_a_number(client: Client) -> None:
    assert client.post("/sign-up/phone/", {"username": "ana", "phone": PHONE, "password": ""})["Location"] == CODE_PAGE
    page = words(client.get(CODE_PAGE))
    assert "+351 912 345 678" in page
    assert not User.objects.exists()
    assert client.post(CODE_PAGE, {"code": texted_code()})["Location"] == "/welcome/"
    assert is_signed_in(client)
    assert User.objects.get().phone == PHONE


def test_username_taken_meanwhile_asks_for_another_beside_the_code(client: Client) -> None:
    client.post("/sign-up/phone/", {"username": "ana", "phone": PHONE, "password": ""})
    assert 'name="username"' not in words(client.get(CODE_PAGE))
    ana = UserFactory.create(username="ana")
    code = texted_code()
    page = client.post(CODE_PAGE, {"code": code})
    assert page.status_code == 409
    assert "username is taken" in words(page)
    assert 'name="username"' in words(page)
    assert f'value="{code}"' in words(page)
    for name, said in (("ANA", "username is taken"), ("admin", "reserved"), ("", "required")):
        again = words(client.post(CODE_PAGE, {"code": code, "username": name}))
        assert said in again
        assert 'name="username"' in again
    assert 'name="username"' in words(client.post(CODE_PAGE, {"code": wrong(code), "username": "ana.f"}))
    assert User.objects.get() == ana
    assert not is_signed_in(client)
    assert client.post(CODE_PAGE, {"code": code, "username": "ana.f"})["Location"] == "/welcome/"
    assert is_signed_in(client)
    assert User.objects.get(username="ana.f").phone == PHONE
    assert len(texted()) == 1


@pytest.mark.parametrize(("path", "data"), [("/sign-in/phone/", {"phone": "+351 912 345 678"}), ("/sign-in/email/", {"email": "Ana@example.com"})])
def test_sign_in_by_code_goes_where_one_wanted_to(client: Client, ana: User, path: str, data: dict[str, str]) -> None:
    assert client.post(path, {**data, "next": "/settings/sessions/"})["Location"] == CODE_PAGE
    code = texted_code() if "phone" in data else mailed_code()
    assert client.post(CODE_PAGE, {"code": wrong(code)}).status_code == 400
    assert not is_signed_in(client)
    assert client.post(CODE_PAGE, {"code": f" {code[:3]} {code[3:]} "})["Location"] == "/settings/sessions/"
    assert is_signed_in(client)
    assert Session.objects.get().user == ana


def test_code_never_leads_off_site(client: Client, ana: User) -> None:
    client.post("/sign-in/phone/", {"phone": PHONE, "next": "https://evil.example/"})
    assert client.post(CODE_PAGE, {"code": texted_code()})["Location"] == "/home/"


def test_second_factor_comes_after_the_code(client: Client, ana: User) -> None:
    TOTP.activate(ana, SECRET)
    client.post("/sign-in/phone/", {"phone": PHONE})
    assert client.post(CODE_PAGE, {"code": texted_code()})["Location"] == "/sign-in/code/"
    assert not is_signed_in(client)


def test_suspended_person_reads_why(client: Client, ana: User) -> None:
    suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Too many links")
    client.post("/sign-in/phone/", {"phone": PHONE})
    answer = client.post(CODE_PAGE, {"code": texted_code()})
    assert answer.status_code == 403
    assert "Too many links" in words(answer)
    assert not Session.objects.exists()


def test_stranger_sees_the_page_somebody_known_sees(ana: User) -> None:
    pages = []
    for phone in (PHONE, OTHER_PHONE):
        client = Client()
        client.post("/sign-in/phone/", {"phone": phone})
        page = client.post(CODE_PAGE, {"code": "000000"})
        pages.append((page.status_code, page.context["refusal"].message, page.context["wait"]))
    assert pages[0][:2] == pages[1][:2]
    assert len(texted()) == 2


def test_another_code_has_to_wait_and_the_page_says_how_long(client: Client, ana: User) -> None:
    client.post("/sign-in/phone/", {"phone": PHONE})
    first = texted_code()
    page = words(client.get(CODE_PAGE))
    assert 'data-countdown="30"' in page or 'data-countdown="29"' in page
    refused = client.post(CODE_PAGE, {"again": "yes"})
    assert refused.status_code == 429
    assert "Try again in" in words(refused)
    assert len(texted()) == 1
    with later():
        assert "another code sent now" in words(client.get(CODE_PAGE))
        assert client.post(CODE_PAGE, {"again": "yes"})["Location"] == CODE_PAGE
        assert len(texted()) == 2
        code = texted_code()
        if first != code:
            assert client.post(CODE_PAGE, {"code": first}).status_code == 400
        assert client.post(CODE_PAGE, {"code": code})["Location"] == "/home/"


def test_code_that_ran_out_offers_a_start_from_the_beginning(client: Client, ana: User) -> None:
    client.post("/sign-in/phone/", {"phone": PHONE})
    code = texted_code()
    with later(6 * 60):
        page = client.post(CODE_PAGE, {"code": code})
    assert page.status_code == 400
    assert "no longer works" in words(page)
    assert not is_signed_in(client)


def test_page_of_a_site_without_text_messages_offers_no_phones(client: Client, settings: Settings) -> None:
    settings.SMS_TRANSPORT = ""
    for path in ("/sign-up/phone/", "/sign-in/phone/"):
        assert client.get(path).status_code == 404
    assert "/sign-in/phone/" not in words(client.get("/sign-in/"))
    assert "/sign-up/phone/" not in words(client.get("/sign-up/"))


@pytest.mark.parametrize("login", [PHONE, "+351 912 345 678"])
def test_number_and_password_sign_in(client: Client, ana: User, login: str) -> None:
    assert client.post("/sign-in/", {"login": login, "password": PASSWORD})["Location"] == "/home/"


class TestAccount:
    @pytest.fixture
    def browser(self, client: Client, ana: User) -> Client:
        client.force_login(ana)
        confirm(ana)
        return client

    def test_shows_what_one_is_reached_by(self, browser: Client) -> None:
        page = words(browser.get("/settings/account/"))
        assert all(shown in page for shown in ("@ana", "ana@example.com", "+351 912 345 678"))

    def test_changes_the_address(self, browser: Client, ana: User) -> None:
        other = open_session(ana)
        assert browser.post("/settings/account/email/", {"email": "new@example.com"})["Location"] == "/settings/account/code/"
        assert "new@example.com" in words(browser.get("/settings/account/code/"))
        assert browser.post("/settings/account/code/", {"code": mailed_code()})["Location"] == "/settings/account/"
        ana.refresh_from_db()
        other.refresh_from_db()
        assert ana.email == "new@example.com"
        assert other.ended_at
        assert is_signed_in(browser)
        assert delivered()[-1].to == ["ana@example.com"]

    def test_changes_and_removes_the_number(self, browser: Client, ana: User) -> None:
        browser.post("/settings/account/phone/", {"phone": OTHER_PHONE})
        browser.post("/settings/account/code/", {"code": texted_code()})
        ana.refresh_from_db()
        assert ana.phone == OTHER_PHONE
        browser.post("/settings/account/phone/remove/")
        ana.refresh_from_db()
        assert ana.phone is None
        assert is_signed_in(browser)

    def test_unconfirmed_they_change_nothing_and_lead_to_where_one_confirms(self, client: Client, ana: User) -> None:
        client.force_login(ana)
        forms = {"email/": {"email": "new@example.com"}, "phone/": {"phone": OTHER_PHONE}, "phone/remove/": {}}
        for path, data in forms.items():
            assert client.post(f"/settings/account/{path}", data)["Location"].startswith("/settings/confirm/")
        ana.refresh_from_db()
        assert ana.phone == PHONE
        assert (delivered(), texted()) == ([], [])

    def test_password_is_not_set_unconfirmed(self, client: Client) -> None:
        dora = without_password()
        client.force_login(dora)
        Session.objects.update(confirmed_at=None, confirmed_by="")
        new = {"password1": "kettle-violin-moss", "password2": "kettle-violin-moss"}
        assert client.post("/settings/password/set/", new)["Location"].startswith("/settings/confirm/")
        dora.refresh_from_db()
        assert not dora.has_usable_password()
        confirm(dora)
        assert client.post("/settings/password/set/", new).status_code == 302
        dora.refresh_from_db()
        assert dora.has_usable_password()

    def test_writes_need_the_csrf_token(self, ana: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(ana)
        confirm(ana)
        for path in ("/settings/account/email/", "/settings/account/phone/remove/", "/settings/account/code/", "/sign-in/phone/"):
            assert client.post(path, {}).status_code == 403
        ana.refresh_from_db()
        assert ana.phone == PHONE
