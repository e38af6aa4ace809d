"""Which browser, and how it is started: quiet, and asking nobody outside."""

import os
from shutil import which

NAMES = ("chromium", "chromium-browser", "google-chrome-stable")
MISSING = "This needs Chromium: install it with `apt-get install chromium`, or name one in the variable CHROMIUM."
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class ChromiumMissing(Exception):
    """There is no browser to drive."""


def program() -> str:
    """The path of Chromium. Raises ChromiumMissing, which says what to do."""
    if found := os.environ.get("CHROMIUM") or next(filter(None, map(which, NAMES)), None):
        return found
    raise ChromiumMissing(MISSING)
