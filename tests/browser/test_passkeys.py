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


@contextmanager
def device(visitor: Visitor) -> Iterator[CDPSession]:
    """A phone's own authenticator, whose owner always agrees."""
    chromium = visitor.context.new_cdp_session(visitor.page)
    chromium.send("WebAuthn.enable")
    traits = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": {**traits, "automaticPresenceSimulation": True}})
    yield chromium
    chromium.send("WebAuthn.disable")


def add_passkey(visitor: Visitor, name: str) -> None:
    page = visitor.page
    visitor.goto("/settings/two-factor/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the passkey").click()


def test_passkey_from_adding_to_removing(visit: Visit, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    with device(visitor):
        sign_in(visitor, "ana", PASSWORD)
        add_passkey(visitor, "My laptop")
        page.wait_for_url("**/two-factor/codes/")
        visitor.goto("/settings/two-factor/")
        expect(page.get_by_text("My laptop")).to_be_visible()

        visitor.context.clear_cookies()
        visitor.goto("/sign-in/?next=/settings/two-factor/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(re.compile(r"^[^?]+/settings/two-factor/$"))  # there, not on the page that was to lead there
        assert Session.objects.latest("pk").confirmed_by == Proof.SECOND_FACTOR

        visitor.context.clear_cookies()
        visitor.goto("/sign-in/")
        page.get_by_label("Email, username or phone").fill("ana")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
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
