"""Signing up, in and out in a browser, without JavaScript."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session as StoredSession
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.sessions.models import Session
from accounts.sessions.tests.factories import confirm, open_session
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "kettle-violin-moss"
SIGN_UP = {"username": "ana", "email": "ana@example.com", "password1": NEW_PASSWORD}


def link_in_mail() -> str:
    found = re.search(r"http\S+", str(delivered()[-1].body))
    assert found
    return urlsplit(found.group()).path


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/sessions/").status_code == 200


@pytest.mark.parametrize("path", ["/sign-up/", "/sign-in/", "/verify/", "/verify/made-up/", "/forgot/", "/forgot/sent/", "/reset/1-made-up/"])
def test_pages_for_people_who_are_not_signed_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"<h1" in answer.content


@pytest.mark.parametrize("path", ["/settings/sessions/", "/settings/password/", "/settings/two-factor/", "/settings/confirm/"])
def test_settings_pages(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/sign-in/?next=")
    client.force_login(UserFactory.create())
    assert client.get(path).status_code == 200


def test_sign_up_confirm_and_in(client: Client) -> None:
    answer = client.post("/sign-up/", SIGN_UP, follow=True)
    assert b"ana@example.com" in answer.content
    assert not is_signed_in(client)
    link = link_in_mail()
    assert b"Confirm ana@example.com" in client.get(link).content
    assert not is_signed_in(client)
    assert client.post(link)["Location"] == "/welcome/"
    assert is_signed_in(client)
    assert client.post(link).status_code == 404


def test_link_opened_elsewhere_confirms_and_asks_to_sign_in(client: Client) -> None:
    client.post("/sign-up/", SIGN_UP)
    other = Client()
    assert other.post(link_in_mail())["Location"] == "/sign-in/"
    assert not is_signed_in(other)
    other.post("/sign-in/", {"login": "ana", "password": NEW_PASSWORD})
    assert is_signed_in(other)


def test_known_address_sees_the_same_page(client: Client) -> None:
    UserFactory.create(email="ana@example.com")
    known = client.post("/sign-up/", SIGN_UP, follow=True)
    new = Client().post("/sign-up/", {**SIGN_UP, "username": "someone", "email": "new@example.com"}, follow=True)
    assert known.redirect_chain == new.redirect_chain
    words = [re.sub(rb"(ana|new)@example.com|value=\"[^\"]*\"|nonce=\"[^\"]*\"|content=\"[^\"]*\"", b"", page.content) for page in (known, new)]
    assert words[0] == words[1]
    assert User.objects.count() == 2


def test_sign_in_goes_where_one_wanted_to_but_never_off_site(client: Client) -> None:
    UserFactory.create(username="ana")
    assert client.post("/sign-in/", {"login": "ana", "password": PASSWORD, "next": "/settings/sessions/"})["Location"] == "/settings/sessions/"
    assert Client().post("/sign-in/", {"login": "ana", "password": PASSWORD, "next": "https://evil.example/"})["Location"] == "/home/"


def test_wrong_password_and_unknown_name_see_the_same_words(client: Client) -> None:
    UserFactory.create(username="ana")
    pages = [client.post("/sign-in/", {"login": login, "password": "wrong-wrong"}) for login in ("ana", "nobody")]
    assert {page.status_code for page in pages} == {200}
    messages = [list(page.context["form"].non_field_errors()) for page in pages]
    assert messages[0] == messages[1] != []


def test_suspended_person_reads_why(client: Client) -> None:
    suspend_user(user=UserFactory.create(username="ana"), until=timezone.now() + timedelta(days=1), reason="Too many links")
    answer = client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
    assert answer.status_code == 403
    assert b"Too many links" in answer.content
    assert not Session.objects.exists()


def test_too_many_tries_say_when_to_come_back(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_in": "2/15 minutes"}
    for _ in range(2):
        client.post("/sign-in/", {"login": "ana", "password": "wrong-wrong"})
    answer = client.post("/sign-in/", {"login": "ana", "password": "wrong-wrong"})
    assert answer.status_code == 429
    assert b"Try again in" in answer.content
    assert b'value="ana"' in answer.content
    assert b"wrong-wrong" not in answer.content


def test_signing_out_is_a_post_with_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory.create())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 403
    assert is_signed_in(client)


def test_signing_out_ends_the_session(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert client.post("/sign-out/")["Location"] == "/"
    assert not is_signed_in(client)
    assert Session.objects.get().ended_at


def test_forgot_and_reset(client: Client) -> None:
    ana = UserFactory.create(username="ana")
    other = Client()
    other.force_login(ana)
    assert client.post("/forgot/", {"email": ana.email})["Location"] == "/forgot/sent/"
    form = client.get(link_in_mail(), follow=True)
    path = form.redirect_chain[-1][0]
    assert "set-password" in path
    assert client.post(path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})["Location"] == "/sign-in/"
    assert not is_signed_in(other)
    client.post("/sign-in/", {"login": "ana", "password": NEW_PASSWORD})
    assert is_signed_in(client)


def test_password_change_keeps_this_browser_and_ends_the_others(client: Client) -> None:
    ana = UserFactory.create()
    other = Client()
    other.force_login(ana)
    client.force_login(ana)
    client.post("/settings/password/", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_sessions_are_listed_and_ended(client: Client) -> None:
    ana = UserFactory.create()
    app = open_session(ana, user_agent="HubbubApp/1.0")
    client.force_login(ana)
    page = client.get("/settings/sessions/").content.decode()
    assert "HubbubApp" in page
    assert "This device" in page
    client.post(f"/settings/sessions/{app.pk}/end/")
    app.refresh_from_db()
    assert app.ended_at
    assert is_signed_in(client)


def test_all_others_are_ended(client: Client) -> None:
    ana = UserFactory.create()
    app, bystander = open_session(ana), open_session(UserFactory.create())
    client.force_login(ana)
    confirm(ana)
    client.post("/settings/sessions/end-others/")
    app.refresh_from_db()
    bystander.refresh_from_db()
    assert app.ended_at
    assert bystander.ended_at is None
    assert is_signed_in(client)


def test_somebody_elses_session_does_not_exist(client: Client) -> None:
    theirs = open_session(UserFactory.create())
    client.force_login(UserFactory.create())
    assert client.post(f"/settings/sessions/{theirs.pk}/end/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_use_of_a_cookie_session_is_noted_and_lengthens_it(client: Client) -> None:
    ana = UserFactory.create()
    client.force_login(ana)
    client.get("/settings/sessions/")
    before = Session.objects.get().last_used_at
    expires = StoredSession.objects.get().expire_date
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.get("/settings/sessions/")
        assert Session.objects.get().last_used_at > before
        assert StoredSession.objects.get().expire_date > expires
    ana.refresh_from_db()
    assert ana.last_seen_at
