"""Every page, looked at: by axe, on a phone and on a desk, in the light and in the dark, and on the narrowest screen there is."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django import Settings

from accounts.sessions.tests.factories import confirm
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD
from core.sms.transports import read_folder
from tests.browser.album import PICTURES
from tests.browser.conftest import Visit
from tests.browser.processes import until
from tests.browser.sights import CHATS, NO_PAGES, ON_THE_WAY, SECOND_FACTOR, SETTINGS, SOCIAL, STRANGERS, VISITED, Sight
from tests.browser.slowness import SlowLine
from tests.browser.visitor import Visitor
from tests.browser.world import SECRET, World, make_world

SCREENS = ((390, 844), (1440, 900))
STEADY = (
    "/home/",
    "/explore/",
    "/posts/new/",
    "/ana/",
    "/ben/",
    "/ana/followers/",
    "/chats/",
    "/chats/new/",
    "/notifications/",
    "/settings/profile/",
)
MOST_SHIFT = 0.005  # a twentieth of what the Core Web Vitals call good: "4m" becomes "5m"
NARROWEST = 320  # CSS pixels; WCAG 2.2, 1.4.10 Reflow
SERIOUS = {"serious", "critical"}
# The innermost elements that stick out.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WIDEST = """[...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .filter((element, _, all) => !all.some((other) => other !== element && element.contains(other)))
  .map((element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 40)}`).slice(0, 5).join(" | ")"""
DUMMIES: dict[str, Any] = {"uuid": uuid4(), "string": "x", "slug": "x", "path": "x", "int": 1}
AXE = Axe()
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS = {**EVERYTHING, "runOnly": ["color-contrast", "link-in-text-block"]}  # the dark theme differs in nothing else


@pytest.fixture
def world(visit: Visit) -> World:  # after visit, which says where pictures are kept
    return make_world()


def inspect(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with the page that is open."""
    page, problems = visitor.page, []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DRAWN)  # else the colours of before are still on some of it
            found = AXE.run(page, options=EVERYTHING if scheme == "light" else COLOURS).response["violations"]
            for violation in found:
                if violation["impact"] in SERIOUS:
                    places = " | ".join(str(node["html"])[:200] + " " + str(node.get("failureSummary"))[:300] for node in violation["nodes"][:3])
                    problems.append(f"{name} {width} {scheme}: {violation['id']}: {violation['help']}: {places}")
    for width in (NARROWEST, *(width for width, _ in SCREENS)):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{name} {width}: wider than the screen: {page.evaluate(WIDEST)}")
    if page.locator("h1:visible").count() == 0:
        problems.append(f"{name}: no first-level heading")
    return problems


def sweep(visitor: Visitor, world: World, sights: list[Sight]) -> None:
    problems = []
    for sight in sights:
        path = sight.path(world)
        response = visitor.goto(path)
        if response.status != sight.status:
            problems.append(f"{path} answered {response.status} instead of {sight.status} (now at {visitor.path()})")
            continue
        problems += inspect(visitor, path)
    assert not problems, "\n".join(problems)


def test_pages_for_strangers(visit: Visit, world: World, mailbox: Path) -> None:
    visitor = visit(motion="reduce")
    visitor.expects("status of 404")
    sweep(visitor, world, STRANGERS)
    visitor.goto("/forgot/")
    visitor.page.get_by_label("Email").fill(str(world.ana.email))
    visitor.page.get_by_role("button", name="Send the link").click()
    visitor.page.wait_for_url("**/forgot/sent/")
    visitor.goto("/dev/mail/")
    visitor.page.locator("a[href^='/dev/mail/']").last.click()
    assert not (problems := inspect(visitor, "one mail")), "\n".join(problems)


def test_social_pages(visit: Visit, world: World) -> None:
    visitor = visit(world.ana, motion="reduce")
    visitor.expects("status of 404")
    sweep(visitor, world, SOCIAL)


def test_chat_pages(visit: Visit, world: World) -> None:
    sweep(visit(world.ana, motion="reduce"), world, CHATS)


def test_pages_of_somebody_new_invite(visit: Visit, world: World) -> None:
    visitor = visit(world.new, motion="reduce")
    sweep(visitor, world, [sight for sight in (*SOCIAL, *CHATS) if sight.route in {"home", "notifications", "chats"}])


def test_settings_pages(visit: Visit, world: World) -> None:
    visitor = visit(motion="reduce")
    sign_in(visitor, world.ana)
    visitor.page.wait_for_url("**/home/")
    sweep(visitor, world, SETTINGS)


def test_code_pages(visit: Visit, world: World, telephone: Path) -> None:
    """Signing up with a number and no password comes by the page for the code, and may set a password afterwards."""
    visitor = visit(motion="reduce")
    visitor.goto("/sign-up/phone/")
    visitor.page.get_by_label("Username").fill("dina")
    visitor.page.get_by_label("Mobile number").fill("+351 912 345 678")
    visitor.page.get_by_role("button", name="Text me a code").click()
    visitor.page.wait_for_url("**/sign-in/enter-code/")
    problems = inspect(visitor, "/sign-in/enter-code/")
    visitor.page.get_by_label("Code").fill(code_in_text(telephone))
    visitor.page.get_by_role("button", name="Continue").click()
    visitor.page.wait_for_url("**/welcome/")
    visitor.goto("/settings/password/set/")
    problems += inspect(visitor, "/settings/password/set/")
    visitor.goto("/settings/account/email/")
    visitor.page.get_by_label("New email").fill("dina@example.com")
    visitor.page.get_by_role("button", name="Mail me a code").click()
    visitor.page.wait_for_url("**/settings/account/code/")
    problems += inspect(visitor, "/settings/account/code/")
    assert not problems, "\n".join(problems)


def code_in_text(telephone: Path) -> str:
    """The code of the newest text message."""
    until(lambda: bool(read_folder(telephone)), "the text message")
    return read_folder(telephone)[0].text[:6]


def test_second_factor_pages(visit: Visit, world: World) -> None:
    visitor = visit(motion="reduce")
    sign_in(visitor, world.carla)
    visitor.page.wait_for_url("**/sign-in/code/")
    assert not (problems := inspect(visitor, "/sign-in/code/")), "\n".join(problems)
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    visitor.page.get_by_label("Code").fill(code)
    visitor.page.get_by_role("main").get_by_role("button").first.click()
    visitor.page.wait_for_url("**/home/")
    sweep(visitor, world, SECOND_FACTOR)


def test_a_qr_code_is_dark_on_light_in_the_dark_too(visit: Visit, ana: User) -> None:
    """Cameras read no other; that no rule of the sheet belonged to it has been so."""
    visitor = visit(ana, scheme="dark")
    confirm(ana)
    visitor.goto("/settings/two-factor/set-up/")
    code = visitor.page.get_by_alt_text("The key as a QR code")
    assert code.evaluate("(image) => getComputedStyle(image).backgroundColor") == "oklch(1 0 0)"
    assert code.evaluate("(image) => parseFloat(getComputedStyle(image).padding)") >= 8, "a margin around it"


def test_pages_of_leaving_and_staying(visit: Visit, world: World) -> None:
    visitor = visit(motion="reduce")
    sign_in(visitor, world.ana)
    visitor.page.wait_for_url("**/home/")
    visitor.goto("/settings/data/delete/")
    visitor.page.get_by_label("type your username").fill(world.ana.username)
    visitor.page.get_by_role("button", name="Delete my account").click()
    visitor.page.get_by_role("heading", name="Goodbye").wait_for()
    assert not (problems := inspect(visitor, "deleted")), "\n".join(problems)
    sign_in(visitor, world.ana)
    visitor.page.wait_for_url("**/sign-in/keep/")
    assert not (problems := inspect(visitor, "/sign-in/keep/")), "\n".join(problems)
    visitor.page.get_by_role("button", name="Keep my account").click()
    visitor.page.wait_for_url("**/home/")


def sign_in(visitor: Visitor, person: User) -> None:
    visitor.goto("/sign-in/")
    visitor.page.get_by_label("Email, username or phone").fill(person.username)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()


def test_every_page_of_the_project_is_visited(db: None, settings: Settings, ana: User) -> None:
    """What answers GET is in the lists; what refuses it is no page."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    client = Client()
    client.force_login(ana)
    escaped = []
    for pattern in get_resolver().url_patterns:
        if not isinstance(pattern, URLPattern) or pattern.name is None or pattern.name in VISITED | ON_THE_WAY | NO_PAGES:
            continue
        dummies = {
            name: DUMMIES[type(converter).__name__.removesuffix("Converter").lower()] for name, converter in pattern.pattern.converters.items()
        }
        if client.get(reverse(pattern.name, kwargs=dummies)).status_code != 405:
            escaped.append(pattern.name)
    assert escaped == []


def test_every_page_that_is_visited_has_its_picture() -> None:
    taken = {picture.route for picture in PICTURES}
    assert (VISITED | ON_THE_WAY) - taken == set()
    assert len({picture.name for picture in PICTURES}) == len(PICTURES)


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_moves_while_pages_load_slowly(visit: Visit, world: World, width: int, height: int) -> None:
    """Not while the page arrives in pieces, nor when scripts or the socket come late."""
    visitor = visit(world.ana, width=width, height=height)
    line = SlowLine(visitor)
    moved = {}
    for path in (*STEADY, f"/posts/{world.pictured.pk}/", f"/chats/{world.conversation.pk}/"):
        line.open(path)
        line.let_scripts_in()
        if path.startswith("/chats/0"):
            visitor.page.locator("[data-connection]").wait_for()  # the page says that it waits
        line.let_sockets_in()
        shift = visitor.page.evaluate("layoutShift")
        if shift > MOST_SHIFT:
            moved[path] = (shift, visitor.page.evaluate("layoutShiftSources"))
    assert not moved, moved
