"""``make screenshots``: every page as it looks on the demo world, on a phone and on a desk, in the light and in the dark.

The pictures go to ``docs/screenshots/<page>-<width>-<scheme>.webp``. Nothing of a running Hubbub is touched: the world is made in a database
of its own, as the tests make theirs, and thrown away.
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import django
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from core.testing.databases import drop_database, make_database
from core.testing.environment import Environment
from tests.browser.chromium import QUIET, program
from tests.browser.processes import Server, celery_worker

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
QUALITY = 72
SCREENS = {390: (844, 2), 1440: (900, 1)}  # width: height and device pixels for each of CSS
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STRANGER = {
    "landing": "/",
    "sign-up": "/sign-up/",
    "sign-up-phone": "/sign-up/phone/",
    "sign-in": "/sign-in/",
    "sign-in-email": "/sign-in/email/",
    "verify": "/verify/",
    "forgot-password": "/forgot/",
    "reset-password-expired": "/reset/1-made-up/",
    "not-found": "/nowhere/",
    "socket-schema": "/ws/schema/",
    "components": "/dev/components/",
}
ANA = {
    "home": "/home/",
    "explore": "/explore/",
    "new-post": "/posts/new/",
    "own-profile": "/ana/",
    "profile": "/ben/",
    "followers": "/ana/followers/",
    "friends": "/friends/",
    "friend-requests": "/friends/requests/",
    "people": "/people/",
    "contacts": "/contacts/",
    "muted": "/settings/muted/",
    "settings": "/settings/",
    "edit-profile": "/settings/profile/",
    "chats": "/chats/",
    "new-chat": "/chats/new/?q=b",
    "notifications": "/notifications/",
    "account": "/settings/account/",
    "sessions": "/settings/sessions/",
    "password": "/settings/password/",
    "second-factor": "/settings/two-factor/",
    "your-data": "/settings/data/",
}


def main() -> None:
    environment = Environment()
    django.setup()
    environment.start_servers()
    try:
        make_database(environment)
        with tempfile.TemporaryDirectory(prefix="hubbub-screenshots-") as directory:
            server = Server(Path(directory))
            subprocess.run([sys.executable, "manage.py", "demo"], cwd=ROOT, env={**server.environment, "DEBUG": "true"}, check=True)
            settle()
            server.start()
            try:
                with celery_worker(server), chromium() as browser:
                    take_all(browser, server)
            finally:
                server.stop()
        drop_database(environment)
    finally:
        environment.leave_servers()


def settle() -> None:
    """Hand over the events the demo world left behind, as beat would have within seconds, so that people are notified of what happened."""
    from core.events import outbox
    from core.events.models import OutboxEvent

    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    while outbox.sweep():
        continue


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
        yield browser
        browser.close()


def take_all(browser: Browser, server: Server) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.webp"):
        old.unlink()
    session = sign_in(browser, server)
    for width, (height, scale) in SCREENS.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="UTC",
                base_url=server.address,
            )
            page = context.new_page()
            for name, path in STRANGER.items():
                take(page, path, f"{name}-{width}-{scheme}")
            context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
            for name, path in {**ANA, **found(page)}.items():
                take(page, path, f"{name}-{width}-{scheme}")
            context.close()


def sign_in(browser: Browser, server: Server) -> str:
    """The session of ana."""
    context = browser.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Email, username or phone").fill("ana")
    page.get_by_label("Password", exact=True).fill("hubbub-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home/")
    session = next(str(cookie["value"]) for cookie in context.cookies() if cookie["name"] == "sessionid")
    context.close()
    return session


def found(page: Page) -> dict[str, str]:
    """Pages whose address one has to look up: a post with a picture and answers, a conversation, a report."""
    page.goto("/explore/")
    post = page.locator(".post:has(.post-images)").first
    address = str(post.locator("a[href^='/posts/']").first.get_attribute("href"))
    theirs = page.locator(".post a[href^='/report/']").first.get_attribute("href")
    page.goto("/chats/")
    conversation = page.locator("[data-conversation-row]").first.get_attribute("href")
    return {"post": address, "report": str(theirs), "chat": str(conversation)}


def take(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.wait_for_function("() => [...document.images].filter((image) => image.loading !== 'lazy').every((image) => image.complete)")
    page.evaluate(DRAWN)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    picture.convert("RGB").save(PICTURES / f"{name}.webp", "WEBP", quality=QUALITY, method=6)


# Pictures in sight have been decoded, and a frame has been drawn with them.
DRAWN = """async () => {
  const boxes = [...document.images].map((image) => [image, image.getBoundingClientRect()]);
  const inSight = boxes.filter(([, box]) => box.bottom > 0 && box.top < innerHeight);
  await Promise.all(inSight.map(([image]) => image.decode().catch(() => null)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

if __name__ == "__main__":
    main()
