"""Browsers, the processes they talk to, and the people at them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import Settings

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.embedded import css
from core.testing.environment import HOME
from tests.browser.chromium import QUIET, ChromiumMissing, program
from tests.browser.processes import Server, celery_worker, until
from tests.browser.visitor import Visitor

PATIENCE_MILLISECONDS = 20_000
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def style_sheet() -> None:
    with HOME.locked("css"):
        assert css.is_current() or css.build(), "the style sheet cannot be built"


@pytest.fixture(scope="session")
def hubbub(django_db_setup: None, style_sheet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, running. The same for all browser tests of a process; the data is new for each."""
    server = Server(tmp_path_factory.mktemp("hubbub"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser itself. Playwright's loop runs as long as it does, so it must end before tests that bring a loop of their own."""
    try:
        path = program()
    except ChromiumMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # because of that loop; no test here is asynchronous
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def visit(chromium: Browser, transactional_db: None, hubbub: Server, settings: Settings) -> Iterator[Visit]:
    """``visit(ana, width=390)``: a browser at which ana is signed in; ``visit()``: one at which nobody is. See ``Visitor``."""
    settings.MEDIA_ROOT = hubbub.directory / "media"  # what factories store, the server serves
    settings.SITE_URL = hubbub.address
    visitors: list[Visitor] = []

    def arrive(
        person: User | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
        scheme: Literal["light", "dark"] = "light",
        motion: Literal["reduce", "no-preference"] = "no-preference",
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme=scheme,
            reduced_motion=motion,
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        visitors.append(Visitor(context, hubbub.address, person))
        return visitors[-1]

    yield arrive
    complaints = [complaint for visitor in visitors for complaint in visitor.close()]
    until(lambda: hubbub.sockets() == 0, "the server to notice that everybody left")
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def ana(transactional_db: None) -> User:
    ana: User = UserFactory.create(username="ana", display_name="Ana Ferreira")
    return ana


@pytest.fixture
def ben(transactional_db: None) -> User:
    ben: User = UserFactory.create(username="ben", display_name="Ben Okafor")
    return ben


@pytest.fixture
def worker(hubbub: Server, transactional_db: None) -> Iterator[None]:
    """Celery, doing what the server hands to it."""
    with celery_worker(hubbub):
        yield


@pytest.fixture
def mailbox(hubbub: Server, worker: None) -> Path:
    """Where the mail that the worker delivers arrives: empty to begin with."""
    directory = hubbub.directory / "mail"
    directory.mkdir(exist_ok=True)
    for letter in directory.iterdir():
        letter.unlink()
    return directory


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture
def telephone(hubbub: Server, worker: None) -> Path:
    """Where the text messages that the worker delivers arrive: empty to begin with."""
    directory = hubbub.directory / "sms"
    directory.mkdir(exist_ok=True)
    for text in directory.iterdir():
        text.unlink()
    return directory
