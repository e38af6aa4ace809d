"""The ways in, all of them: what somebody does from outside until they are signed in, over REST and in a browser without scripts.

Each row is walked twice, with what its person knows and with a lie in the one place that matters. What else may go wrong on each way is tested where
the way is built (``accounts/sessions/tests``). Passkeys come from a device in software; ``tests/browser/test_passkeys.py`` has Chromium's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.data.services import request_deletion
from accounts.sessions.models import Session
from accounts.sessions.tests.asking import PHONE, mailed_code, texted_code, wrong
from accounts.sessions.tests.authenticator import Device
from accounts.sessions.tests.openid import Provider
from accounts.sessions.tests.test_api import NEW_PASSWORD, key_in_mail
from accounts.sessions.tests.test_codes_pages import CODE_PAGE
from accounts.sessions.tests.test_google import TestPages as GooglePages
from accounts.sessions.tests.test_google import connected, google, running  # noqa: F401 - fixtures
from accounts.sessions.tests.test_pages import link_in_mail
from accounts.sessions.tests.test_passkeys import with_passkey
from accounts.sessions.tests.test_second_factor import code as totp
from accounts.sessions.tests.test_second_factor import with_second_factor
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
EMAIL = "ana@example.com"
Known = TypeVar("Known")


@dataclass
class Knock:
    """Somebody at a door. ``is_lying``: they do not know what they should."""

    google: Provider
    is_lying: bool

    def secret(self, right: Known, lie: Known) -> Known:
        """What the way hangs on."""
        return lie if self.is_lying else right


class Rest(Knock):
    address = ""  # asked last

    def post(self, path: str, **data: Any) -> Any:
        self.address = path
        return APIClient().post(f"/api/v1/{path}", data)


@dataclass
class Browser(Knock):
    client: Client = field(default_factory=Client)

    def post(self, path: str, **data: str) -> Any:
        return self.client.post(path, data)


class Door(Protocol):
    """What ways over REST and in a browser have in common."""

    def secret(self, right: Known, lie: Known) -> Known: ...


def ana() -> User:
    """Somebody who can be reached in every way."""
    return UserFactory.create(username="ana", email=EMAIL, phone=PHONE)


def data(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["data"]
    return found


def details(answer: Any) -> dict[str, str]:
    """What a refusal brings that leads on."""
    return {"sign_up_token": "", "mfa_token": "", "restore_token": "", **answer.json()["error"]["details"]}


def typed(door: Door, code: str) -> str:
    return door.secret(code, wrong(code))


def signing(door: Door, device: Device) -> Device:
    return door.secret(device, Device(handle=device.handle))


# Over REST: the last answer is the one that lets in.


def password_over_rest(name: str, value: str) -> Callable[[Rest], Any]:
    def come(door: Rest) -> Any:
        ana()
        return door.post("auth/sign-in", **{name: value}, password=door.secret(PASSWORD, "something-else"))

    return come


def sign_up_by_link(door: Rest) -> Any:
    door.post("auth/sign-up", username="ana", email=EMAIL, password=NEW_PASSWORD)
    door.post("auth/confirm-email", key=door.secret(key_in_mail("verify"), "made-up"))
    return door.post("auth/sign-in", email=EMAIL, password=NEW_PASSWORD)


def sign_up_by_code(door: Rest) -> Any:
    token = data(door.post("auth/sign-up", username="ana", phone=PHONE))["code_token"]
    return door.post("auth/phone/confirm", code_token=token, code=typed(door, texted_code()))


def sign_up_with_google(door: Rest) -> Any:
    asked = door.post("auth/google", id_token=door.secret(door.google.id_token(), "a.b.c"))
    return door.post("auth/google", sign_up_token=details(asked)["sign_up_token"], username="ana")


def sign_in_with_google(door: Rest) -> Any:
    connected(ana())
    return door.post("auth/google", id_token=door.secret(door.google.id_token(), door.google.id_token(sub="somebody", email_verified=False)))


def mailed(door: Rest) -> Any:
    ana()
    token = data(door.post("auth/code/request", email=EMAIL))["code_token"]
    return door.post("auth/code/confirm", code_token=token, code=typed(door, mailed_code()))


def texted(door: Rest) -> Any:
    ana()
    token = data(door.post("auth/phone/request", phone=PHONE))["code_token"]
    return door.post("auth/phone/confirm", code_token=token, code=typed(door, texted_code()))


def passkey(door: Rest) -> Any:
    _, device = with_passkey(username="ana")
    begun = data(door.post("auth/passkeys/sign-in/options"))
    return door.post("auth/passkeys/sign-in", ticket=begun["ticket"], credential=signing(door, device).sign(begun["options"]))


def passkey_after_password(door: Rest) -> Any:
    _, device = with_passkey(username="ana")
    token = details(door.post("auth/sign-in", username="ana", password=PASSWORD))["mfa_token"]
    begun = data(door.post("auth/mfa/passkey-options", mfa_token=token))
    return door.post("auth/mfa", mfa_token=token, ticket=begun["ticket"], credential=signing(door, device).sign(begun["options"]))


def second_factor(door: Rest) -> Any:
    with_second_factor(username="ana")
    token = details(door.post("auth/sign-in", username="ana", password=PASSWORD))["mfa_token"]
    return door.post("auth/mfa", mfa_token=token, code=door.secret(totp(), totp("A" * 32)))


def recovery_code(door: Rest) -> Any:
    kept = RecoveryCodes.activate(with_second_factor(username="ana")).get_unused_codes()[0]
    token = details(door.post("auth/sign-in", username="ana", password=PASSWORD))["mfa_token"]
    return door.post("auth/mfa", mfa_token=token, code=door.secret(kept, "abcdef01"))


def reset_by_link(door: Rest) -> Any:
    ana()
    door.post("auth/forgot-password", email=EMAIL)
    door.post("auth/reset-password", key=door.secret(key_in_mail("reset"), "1-made-up"), password=NEW_PASSWORD)
    return door.post("auth/sign-in", username="ana", password=NEW_PASSWORD)


def reset_by_code(door: Rest) -> Any:
    ana()
    token = data(door.post("auth/forgot-password", phone=PHONE))["code_token"]
    door.post("auth/reset-password", code_token=token, code=typed(door, texted_code()), password=NEW_PASSWORD)
    return door.post("auth/sign-in", phone=PHONE, password=NEW_PASSWORD)


def refresh_token(door: Rest) -> Any:
    ana()
    held = data(door.post("auth/sign-in", username="ana", password=PASSWORD))
    return door.post("auth/refresh-token", refresh_token=door.secret(held["refresh_token"], held["access_token"]))


def account_kept(door: Rest) -> Any:
    request_deletion(user=ana())
    refused = door.post("auth/sign-in", username="ana", password=PASSWORD)
    return door.post("users/me/restore", restore_token=door.secret(details(refused)["restore_token"], "made-up"))


# In a browser: at the end it is signed in.


def password_on_a_page(login: str) -> Callable[[Browser], object]:
    def come(door: Browser) -> object:
        ana()
        return door.post("/sign-in/", login=login, password=door.secret(PASSWORD, "something-else"))

    return come


def sign_up_by_link_on_a_page(door: Browser) -> object:
    door.post("/sign-up/", username="ana", email=EMAIL, password1=NEW_PASSWORD)
    return door.post(door.secret(link_in_mail(), "/verify/made-up/"))


def sign_up_by_code_on_a_page(door: Browser) -> object:
    door.post("/sign-up/phone/", username="ana", phone=PHONE, password="")
    return door.post(CODE_PAGE, code=typed(door, texted_code()))


def google_on_a_page(door: Browser) -> object:
    if door.is_lying:
        return door.client.get("/sign-in/google/callback/?code=made-up&state=made-up")
    return GooglePages().come_back(door.client, door.google)


def sign_up_with_google_on_a_page(door: Browser) -> object:
    google_on_a_page(door)
    return door.post("/sign-up/google/", username="ana")


def sign_in_with_google_on_a_page(door: Browser) -> object:
    connected(ana())
    return google_on_a_page(door)


def mailed_on_a_page(door: Browser) -> object:
    ana()
    door.post("/sign-in/email/", email=EMAIL)
    return door.post(CODE_PAGE, code=typed(door, mailed_code()))


def texted_on_a_page(door: Browser) -> object:
    ana()
    door.post("/sign-in/phone/", phone=PHONE)
    return door.post(CODE_PAGE, code=typed(door, texted_code()))


def passkey_on_a_page(door: Browser) -> object:
    """The form that the script fills."""
    _, device = with_passkey(username="ana")
    begun = door.client.get("/sign-in/").context["ceremony"]
    signed = signing(door, device).sign(json.loads(begun["options"]))
    return door.post("/sign-in/passkey/", ticket=begun["ticket"], credential=json.dumps(signed))


def passkey_after_password_on_a_page(door: Browser) -> object:
    _, device = with_passkey(username="ana")
    door.post("/sign-in/", login="ana", password=PASSWORD)
    begun = door.client.get("/sign-in/code/").context["ceremony"]
    signed = signing(door, device).sign(json.loads(begun["options"]))
    return door.post("/sign-in/code/", ticket=begun["ticket"], credential=json.dumps(signed))


def second_factor_on_a_page(door: Browser) -> object:
    with_second_factor(username="ana")
    door.post("/sign-in/", login="ana", password=PASSWORD)
    return door.post("/sign-in/code/", code=door.secret(totp(), totp("A" * 32)))


def recovery_code_on_a_page(door: Browser) -> object:
    kept = RecoveryCodes.activate(with_second_factor(username="ana")).get_unused_codes()[0]
    door.post("/sign-in/", login="ana", password=PASSWORD)
    return door.post("/sign-in/code/", code=door.secret(kept, "abcdef01"))


def reset_by_link_on_a_page(door: Browser) -> object:
    ana()
    door.post("/forgot/", email=EMAIL)
    followed = door.client.get(door.secret(link_in_mail(), "/reset/1-made-up/"), follow=True)
    form = followed.redirect_chain[-1][0] if followed.redirect_chain else "/reset/1-made-up/"
    door.post(form, password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    return door.post("/sign-in/", login="ana", password=NEW_PASSWORD)


def reset_by_code_on_a_page(door: Browser) -> object:
    ana()
    door.post("/forgot/phone/", phone=PHONE)
    door.post("/forgot/code/", code=typed(door, texted_code()), password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    return door.post("/sign-in/", login="ana", password=NEW_PASSWORD)


def account_kept_on_a_page(door: Browser) -> object:
    request_deletion(user=ana())
    door.post("/sign-in/", login="ana", password=door.secret(PASSWORD, "something-else"))
    return door.post("/sign-in/keep/", answer="keep")


@dataclass(frozen=True, slots=True)
class Way:
    """``address`` is where REST gives the tokens. A way without ``page`` is none that browsers need."""

    name: str
    address: str
    rest: Callable[[Rest], Any]
    page: Callable[[Browser], object] | None
    sessions_before: int = 0  # of the person, when the last step is taken


WAYS = [
    Way("password by e-mail", "auth/sign-in", password_over_rest("email", EMAIL), password_on_a_page(EMAIL)),
    Way("password by username", "auth/sign-in", password_over_rest("username", "Ana"), password_on_a_page("Ana")),
    Way("password by number", "auth/sign-in", password_over_rest("phone", "+351 912 345 678"), password_on_a_page("+351 912 345 678")),
    Way("sign-up by e-mail and link", "auth/sign-in", sign_up_by_link, sign_up_by_link_on_a_page),
    Way("sign-up by number and code", "auth/phone/confirm", sign_up_by_code, sign_up_by_code_on_a_page),
    Way("sign-up with Google", "auth/google", sign_up_with_google, sign_up_with_google_on_a_page),
    Way("sign-in with Google", "auth/google", sign_in_with_google, sign_in_with_google_on_a_page),
    Way("mailed code", "auth/code/confirm", mailed, mailed_on_a_page),
    Way("texted code", "auth/phone/confirm", texted, texted_on_a_page),
    Way("passkey alone", "auth/passkeys/sign-in", passkey, passkey_on_a_page),
    Way("password, then passkey", "auth/mfa", passkey_after_password, passkey_after_password_on_a_page),
    Way("password, then authenticator app", "auth/mfa", second_factor, second_factor_on_a_page),
    Way("password, then recovery code", "auth/mfa", recovery_code, recovery_code_on_a_page),
    Way("new password by link", "auth/sign-in", reset_by_link, reset_by_link_on_a_page),
    Way("new password by code", "auth/sign-in", reset_by_code, reset_by_code_on_a_page),
    Way("refresh token", "auth/refresh-token", refresh_token, None, sessions_before=1),
    Way("account that was to be deleted", "users/me/restore", account_kept, account_kept_on_a_page),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
every_page = pytest.mark.parametrize("way", [way for way in WAYS if way.page], ids=lambda way: way.name)


@every_way
def test_leads_in_over_rest(way: Way, google: Provider) -> None:  # noqa: F811
    door = Rest(google, is_lying=False)
    answer = way.rest(door)
    assert (door.address, answer.status_code) == (way.address, 200), answer.json()
    me = APIClient().get("/api/v1/users/me", headers={"Authorization": f"Bearer {data(answer)['access_token']}"})
    assert data(me)["username"] == "ana"
    assert Session.objects.live().get().user.username == "ana"


@every_way
def test_leads_nobody_in_over_rest_who_does_not_know(way: Way, google: Provider) -> None:  # noqa: F811
    answer = way.rest(Rest(google, is_lying=True))
    assert answer.status_code in {400, 401, 403}, answer.json()
    assert "access_token" not in str(answer.json())
    assert Session.objects.count() == way.sessions_before


@every_page
def test_leads_in_on_pages(way: Way, google: Provider) -> None:  # noqa: F811
    door = Browser(google, is_lying=False)
    assert way.page
    way.page(door)
    assert door.client.get("/settings/sessions/").status_code == 200
    assert Session.objects.live().get().user.username == "ana"


@every_page
def test_leads_nobody_in_on_pages_who_does_not_know(way: Way, google: Provider) -> None:  # noqa: F811
    door = Browser(google, is_lying=True)
    assert way.page
    way.page(door)
    assert door.client.get("/settings/sessions/").status_code == 302
    assert not Session.objects.exists()


def test_every_address_that_gives_tokens_is_a_way() -> None:
    """As the API describes itself: a new way in needs a row, and a row an address."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]

    def names(part: Any) -> set[str]:
        """The fields of a shape, those of the shapes in it among them."""
        if isinstance(part, list):
            return set().union(*map(names, part))
        if not isinstance(part, dict):
            return set()
        if "$ref" in part:
            return names(schema["components"]["schemas"][part["$ref"].rpartition("/")[2]])
        return set(part.get("properties", {})).union(*map(names, part.values()))

    gives = {
        path.removeprefix("/api/v1/")
        for path, doors in schema["paths"].items()
        for door in doors.values()
        if any("access_token" in names(answer) for status, answer in door["responses"].items() if status.startswith("2"))
    }
    assert gives == {way.address for way in WAYS}
