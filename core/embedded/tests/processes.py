"""Looking at the real processes of this machine."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from core.embedded.processes import command_line

WAIT_SECONDS = 90.0  # an upper bound on a busy machine, not an expectation


def processes_of(mark: object, *words: str) -> list[int]:
    """Processes whose command line names ``mark`` and all ``words``, this one apart."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            line = command_line(int(entry.name))
            if str(mark) in line and all(word in line for word in words):
                found.append(int(entry.name))
    return found


def kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it went by itself
            continue


def eventually(holds: Callable[[], bool], *, seconds: float = WAIT_SECONDS) -> bool:
    """Whether it comes true in the end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
