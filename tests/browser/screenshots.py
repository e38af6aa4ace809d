"""``make screenshots``: every page (``album.py``) on the demo world and what ``stage.py`` adds to it, on a phone and on a desk, in the light and
in the dark.

The pictures go to ``docs/screenshots/<page>-<width>-<scheme>.webp``: each page on a phone in the light and on a desk in the dark, and what the
README shows. ``--every`` takes all four, ``--whole`` takes pages down to their end, ``--only`` those whose name matches, ``--into`` puts them
elsewhere. Nothing of a running Hubbub is touched: the world is made in a database of its own, as the tests make theirs, and thrown away.
"""

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import django
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from accounts.sessions.tests.openid import Provider
from core.testing.databases import drop_database, make_database
from core.testing.environment import Environment
from tests.browser.chromium import QUIET, program
from tests.browser.processes import Server, celery_worker

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
QUALITY = 66
SCREENS = {390: (844, 2), 1440: (900, 1)}  # width: height and device pixels for each of CSS
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
KEPT = {(390, "light"), (1440, "dark")}
SHOWN = {"home-1440-light"}  # by the README
TALLEST = 16_383  # pixels, of a WebP
PATIENCE_MILLISECONDS = 15_000


def main() -> None:
    options = arguments()
    environment = Environment()
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # because of Playwright's loop; nothing here is asynchronous
    django.setup()
    environment.start_servers()
    try:
        make_database(environment)
        with tempfile.TemporaryDirectory(prefix="hubbub-screenshots-") as directory:
            server = Server(Path(directory))
            subprocess.run([sys.executable, "manage.py", "demo"], cwd=ROOT, env={**server.environment, "DEBUG": "true"}, check=True)
            settings.MEDIA_ROOT, settings.SITE_URL = str(server.directory / "media"), server.address
            server.start()
            try:
                with celery_worker(server), Provider(server.google_port).running(), chromium() as browser:
                    take_all(browser, server, options)
            finally:
                server.stop()
        drop_database(environment)
    finally:
        environment.leave_servers()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Takes pictures of every page.")
    parser.add_argument("--into", type=Path, default=PICTURES)
    parser.add_argument("--only", type=re.compile, default=None, help="what the names have to match")
    parser.add_argument("--every", action="store_true", help="all widths in both schemes")
    parser.add_argument("--whole", action="store_true", help="down to the end of the page")
    return parser.parse_args()


def settle() -> None:
    """Hand over the events the world left behind, as beat would have within seconds, so that people are notified of what happened."""
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


def take_all(browser: Browser, server: Server, options: argparse.Namespace) -> None:
    from tests.browser.album import PICTURES as ALBUM
    from tests.browser.album import Scene
    from tests.browser.stage import set_stage

    scene = Scene(set_stage(), server.directory / "mail", server.directory / "sms")
    settle()
    options.into.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in ALBUM if options.only is None or options.only.search(picture.name)]
    if options.only is None:
        for old in options.into.glob("*.webp"):
            old.unlink()
    missed = []
    for width in SCREENS:
        for picture in wanted:
            context = open_context(browser, server, width)
            try:
                take(context, picture, scene, width, options)
            except (Error, AssertionError) as error:
                missed.append(f"{picture.name} {width}: {error}")
            finally:
                context.close()
    if missed:
        sys.exit("Not taken:\n" + "\n".join(missed))


def open_context(browser: Browser, server: Server, width: int) -> BrowserContext:
    height, scale = SCREENS[width]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=SCHEMES[0],
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
        base_url=server.address,
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    return context


def take(context: BrowserContext, picture: Any, scene: Any, width: int, options: argparse.Namespace) -> None:
    """One page, in the schemes that are wanted of it."""
    if picture.who:
        session = scene.stage.session_of(picture.who)
        context.add_cookies([{"name": "sessionid", "value": session, "url": settings.SITE_URL}])
    page = context.new_page()
    page.goto(picture.path.format(stage=scene.stage, reset=scene.stage.reset_path("ben"), not_me=scene.stage.not_me_path("sela")))
    if picture.act:
        picture.act(page, scene)
    for scheme in SCHEMES:
        name = f"{picture.name}-{width}-{scheme}"
        if not (options.every or (width, scheme) in KEPT or name in SHOWN):
            continue
        page.emulate_media(color_scheme=scheme)
        content = shoot(page, options.whole)
        image = Image.open(io.BytesIO(content)).convert("RGB")
        image.crop((0, 0, image.width, min(image.height, TALLEST))).save(options.into / f"{name}.webp", "WEBP", quality=QUALITY, method=6)


def shoot(page: Page, whole: bool) -> bytes:
    page.wait_for_function("() => [...document.images].filter((image) => image.loading !== 'lazy').every((image) => image.complete)")
    page.evaluate(DRAWN)
    return page.screenshot(animations="disabled", caret="hide", full_page=whole)


# Pictures in sight have been decoded, and a frame has been drawn with them.
DRAWN = """async () => {
  const boxes = [...document.images].map((image) => [image, image.getBoundingClientRect()]);
  const inSight = boxes.filter(([, box]) => box.bottom > 0 && box.top < innerHeight);
  await Promise.all(inSight.map(([image]) => image.decode().catch(() => null)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

if __name__ == "__main__":
    main()
