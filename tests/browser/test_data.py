"""Taking one's data along in a browser: with scripts the archive appears by itself, without them one looks again."""

from zipfile import ZipFile

from playwright.sync_api import Page, expect

from accounts.data import services
from accounts.sessions.models import Session
from accounts.sessions.tests.factories import confirm
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD
from tests.browser.conftest import Visit
from tests.browser.processes import until


def fetch(page: Page) -> ZipFile:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    return ZipFile(download.value.path())


def test_archive_is_asked_for_confirmed_appears_by_itself_and_is_downloaded(visit: Visit, worker: None, ana: User) -> None:
    visitor = visit(ana)
    visitor.goto("/settings/data/")
    visitor.page.get_by_role("button", name="Make an archive").click()
    visitor.page.wait_for_url("**/settings/confirm/**")
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="Continue").click()
    visitor.page.wait_for_url("**/settings/data/")
    visitor.live()
    visitor.page.get_by_role("button", name="Make an archive").click()
    expect(visitor.page.get_by_text("Your archive is ready", exact=True)).to_be_visible()
    assert {"index.html", "profile.json"} <= set(fetch(visitor.page).namelist())


def test_ready_archive_is_downloaded_once_it_is_confirmed(visit: Visit, ana: User) -> None:
    services.build_export(export_id=services.start_export(user=ana).pk)
    visitor = visit(ana)
    Session.objects.update(confirmed_at=None, confirmed_by="")
    visitor.goto("/settings/data/")
    visitor.page.get_by_role("link", name="Download", exact=True).click()
    visitor.page.wait_for_url("**/settings/confirm/**")
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="Continue").click()
    visitor.page.wait_for_url("**/settings/data/")
    assert "profile.json" in fetch(visitor.page).namelist()


def test_archive_is_had_without_scripts(visit: Visit, worker: None, ana: User) -> None:
    visitor = visit(ana, scripts=False)
    confirm(ana)
    visitor.goto("/settings/data/")
    visitor.page.get_by_role("button", name="Make an archive").click()

    def is_ready() -> bool:
        visitor.goto("/settings/data/")
        return visitor.page.get_by_text("Your archive is ready", exact=True).is_visible()

    until(is_ready, "the archive")
    assert fetch(visitor.page).testzip() is None
