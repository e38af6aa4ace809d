"""Passkeys in Chromium, whose virtual authenticator stands in for a finger: add, sign in, second factor, confirm, remove."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, expect

from accounts.sessions.models import Proof, Session
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD
from tests.browser.conftest import Visit
from tests.browser.test_journeys import sign_in
from tests.browser.visitor import Visitor

THERE = re.compile(r"^[^?]+/settings/two-factor/$")  # not the page that was to lead there


NOTE_WHAT_IS_ASKED = """
const ask = navigator.credentials.get.bind(navigator.credentials);
window.asked = [];
navigator.credentials.get = (options) => (window.asked.push(options.mediation ?? "at once"), ask(options));
"""


class Device:
    """A phone's own authenticator, whose owner agrees to whatever it is asked from now on, or lets it wait for ever."""

    def __init__(self, chromium: CDPSession) -> None:
        self.chromium = chromium
        chromium.send("WebAuthn.enable")
        traits = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        added = chromium.send("WebAuthn.addVirtualAuthenticator", {"options": {**traits, "automaticPresenceSimulation": True}})
        self.which = {"authenticatorId": added["authenticatorId"]}

    def agrees(self, *, yes: bool) -> None:
        self.chromium.send("WebAuthn.setAutomaticPresenceSimulation", {**self.which, "enabled": yes})


@contextmanager
def device(visitor: Visitor) -> Iterator[Device]:
    visitor.context.add_init_script(NOTE_WHAT_IS_ASKED)
    chromium = visitor.context.new_cdp_session(visitor.page)
    yield Device(chromium)
    chromium.send("WebAuthn.disable")


def add_passkey(visitor: Visitor, name: str) -> None:
    page = visitor.page
    visitor.goto("/settings/two-factor/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the passkey").click()


def sign_out(visitor: Visitor, phone: Device) -> None:
    """Forgotten by the site, with a phone that waits for its owner: one that agrees at once would answer what the sign-in page offers."""
    visitor.context.clear_cookies()
    phone.agrees(yes=False)


def open_sign_in(visitor: Visitor, phone: Device) -> None:
    """The page offers passkeys by itself, and nobody picks one; what is asked next the phone's owner agrees to."""
    visitor.goto("/sign-in/?next=/settings/two-factor/")
    visitor.page.wait_for_function("window.asked.includes('conditional')")
    phone.agrees(yes=True)


def test_passkey_from_adding_to_removing(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor) as phone:
        sign_in(visitor, "ana", PASSWORD)
        add_passkey(visitor, "My laptop")
        page.wait_for_url("**/two-factor/codes/")
        visitor.goto("/settings/two-factor/")
        expect(page.get_by_text("My laptop")).to_be_visible()

        sign_out(visitor, phone)
        open_sign_in(visitor, phone)
        page.get_by_role("button", name="Sign in with a passkey").click()  # which ends what the page had asked before
        page.wait_for_url(THERE)
        assert Session.objects.latest("pk").confirmed_by == Proof.SECOND_FACTOR

        sign_out(visitor, phone)
        visitor.goto("/sign-in/")
        page.get_by_label("Email, username or phone").fill("ana")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        phone.agrees(yes=True)
        page.wait_for_url("**/sign-in/code/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/home/")

        Session.objects.update(confirmed_at=None, confirmed_by="")
        visitor.goto("/settings/two-factor/codes/")
        page.wait_for_url("**/settings/confirm/**")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/settings/two-factor/codes/")

        visitor.goto("/settings/two-factor/")
        page.get_by_role("link", name="Change My laptop").click()
        page.get_by_label("Name").fill("Old laptop")
        page.get_by_role("button", name="Save the name").click()
        page.get_by_role("link", name="Change Old laptop").click()
        page.get_by_role("button", name="Remove this passkey").click()
        page.wait_for_url("**/settings/two-factor/")
        expect(page.get_by_text("Old laptop")).to_have_count(0)
    assert not Authenticator.objects.exists()


def test_passkey_picked_where_the_name_is_typed_signs_in(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor) as phone:
        sign_in(visitor, "ana", PASSWORD)
        add_passkey(visitor, "My laptop")
        page.wait_for_url("**/two-factor/codes/")
        sign_out(visitor, phone)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
        open_sign_in(visitor, phone)
        expect(page.get_by_label("Email, username or phone")).to_have_attribute("autocomplete", "username webauthn")
        assert Session.objects.count() == 1
        visitor.goto("/sign-in/?next=/settings/two-factor/")  # with a phone that agrees: to what the page offers, for nothing is pressed
        page.wait_for_url(THERE)
        assert Session.objects.latest("pk").confirmed_by == Proof.SECOND_FACTOR
        assert asked == []  # which would have counted


def test_what_is_offered_is_made_anew_for_whoever_comes_back_late(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor) as phone:
        sign_in(visitor, "ana", PASSWORD)
        add_passkey(visitor, "My laptop")
        page.wait_for_url("**/two-factor/codes/")
        sign_out(visitor, phone)
        page.clock.install()
        open_sign_in(visitor, phone)
        first = str(page.locator("form[data-autofill]").get_attribute("data-ticket"))
        page.clock.fast_forward("05:00")
        with page.expect_response("**/api/v1/auth/passkeys/sign-in/options"), page.expect_request("**/sign-in/passkey/") as sent:
            page.get_by_label("Email, username or phone").focus()
        page.wait_for_url(THERE)
        assert first not in str(sent.value.post_data)


def test_device_that_agrees_to_nothing_leaves_the_form_to_be_filled_in(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor):  # it has no passkey
        visitor.goto("/sign-in/")
        expect(page.get_by_label("Email, username or phone")).to_be_visible()
        sign_in(visitor, "ana", PASSWORD)
        expect(page.get_by_role("alert")).to_have_count(0)


def test_device_that_says_no_leaves_the_page_as_it_was(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor):
        visitor.goto("/sign-in/")
        page.get_by_role("button", name="Sign in with a passkey").click()  # it has none
        expect(page.get_by_role("alert").or_(page.get_by_role("status")).filter(has_text=re.compile("cancelled"))).to_be_visible()
        expect(page.get_by_role("button", name="Sign in with a passkey")).not_to_have_attribute("aria-busy", "true")


def test_device_that_has_one_already_says_so(visit: Visit, ana: User) -> None:
    visitor = visit()
    with device(visitor):
        sign_in(visitor, "ana", PASSWORD)
        add_passkey(visitor, "First")
        visitor.page.wait_for_url("**/two-factor/codes/")
        add_passkey(visitor, "Second")
        expect(visitor.page.get_by_text("already has a passkey")).to_be_visible()
    assert Authenticator.objects.filter(type="webauthn").count() == 1
