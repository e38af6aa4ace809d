"""Google in a browser, there and back: a new person, the same one again, connecting and disconnecting."""

from collections.abc import Iterator

import pytest
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import expect

from accounts.sessions.models import Proof, Session
from accounts.sessions.tests.openid import Provider
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD
from tests.browser.conftest import Visit
from tests.browser.processes import Server
from tests.browser.test_journeys import sign_in
from tests.browser.visitor import Visitor


@pytest.fixture
def google(hubbub: Server) -> Iterator[Provider]:
    with Provider(hubbub.google_port).running() as provider:
        yield provider


def agree(visitor: Visitor) -> None:
    visitor.page.get_by_role("heading", name="Sign in as").wait_for()
    visitor.page.get_by_role("button", name="Allow").click()


def test_new_person_comes_by_google_and_comes_again(visit: Visit, google: Provider) -> None:
    visitor = visit()
    page = visitor.page
    visitor.expects("favicon")
    visitor.goto("/sign-up/?next=/chats/")
    page.get_by_role("button", name="Sign up with Google").click()
    agree(visitor)
    page.get_by_label("Username").fill("ana")
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.wait_for_url("**/chats/")
    visitor.live()
    assert User.objects.get().username == "ana"

    visitor.context.clear_cookies()
    visitor.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with Google").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("without signing in")).to_be_visible()
    page.get_by_role("button", name="Sign in with Google").click()
    agree(visitor)
    page.wait_for_url("**/home/")
    assert User.objects.count() == 1


def test_connected_in_the_settings_and_disconnected(visit: Visit, google: Provider, ana: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.expects("favicon")
    google.person["email"] = "private@example.org"
    sign_in(visitor, "ana", PASSWORD)
    visitor.goto("/settings/accounts/")
    page.get_by_role("button", name="Connect Google").click()
    agree(visitor)
    page.wait_for_url("**/settings/accounts/")
    expect(page.get_by_text("private@example.org")).to_be_visible()

    Session.objects.update(confirmed_by=Proof.SIGN_IN)
    page.get_by_role("button", name="Disconnect private@example.org").click()
    page.wait_for_url("**/settings/confirm/**")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/settings/accounts/")
    page.get_by_role("button", name="Disconnect private@example.org").click()
    expect(page.get_by_role("button", name="Connect Google")).to_be_visible()
    assert not SocialAccount.objects.exists()
