"""Runs several programs as one in the foreground: starts again what dies, ends everything when it is asked to.

Each part lives in a session of its own, so Ctrl-C reaches it only through here, in order; the kernel tells the parts when the supervisor
itself is killed.
"""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from core.embedded.processes import end, kill_group, spawn

RESTART_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds, for a part that keeps dying
HEALTHY_SECONDS = 10.0  # a part that lived this long starts at the first pause again
COLOURS = (36, 32, 33, 35, 34, 31)


@dataclass
class Part:
    """One program. ``seconds_to_stop`` is how long it may take to finish what is under way."""

    name: str
    command: Sequence[str]
    seconds_to_stop: float = 20
    pass_descriptors: tuple[int, ...] = ()
    environment: dict[str, str] | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    started_at: float = field(default=0.0, init=False)
    start_again_at: float = field(default=0.0, init=False)


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class Supervisor:
    """Use as a context manager: signals are ours inside it, and no part is left when it is over."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.stop_requested = False
        self._coloured = sys.stdout.isatty()
        self._printing = threading.Lock()

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_all()

    def start(self, part: Part) -> None:
        self.parts.append(part)
        self._spawn(part)

    def run(self) -> None:
        """Watch over the parts until somebody asks to stop."""
        self.wait_until(lambda: False)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Watch over the parts until ``condition`` holds. Raises Stopped when asked to stop."""
        while not condition():
            if self.stop_requested:
                raise Stopped
            for part in self.parts:
                self._restart_if_dead(part)
            time.sleep(0.05)

    def call(self, name: str, command: Sequence[str]) -> bool:
        """Run a program to its end while watching over the parts; whether it succeeded."""
        step = Part(name, command)
        self._spawn(step)
        process = step.process
        assert process is not None  # noqa: S101 - _spawn has just set it
        try:
            self.wait_until(lambda: process.poll() is not None)
        finally:
            end(process, signal.SIGTERM, seconds=5)
        return process.returncode == 0

    def say(self, line: str) -> None:
        with self._printing:
            print(line, flush=True)

    def stop_all(self) -> None:
        """End the parts: all but the first at once, then the first, on which they stand."""
        base, others = self.parts[:1], self.parts[1:]
        for part in others:
            if part.process and part.process.poll() is None:
                part.process.terminate()
        for part in [*others, *base]:
            if part.process:
                end(part.process, signal.SIGTERM, seconds=part.seconds_to_stop)
        self.parts.clear()

    def _spawn(self, part: Part) -> None:
        part.started_at = time.monotonic()
        part.process = spawn(part.command, output=subprocess.PIPE, environment=part.environment, pass_descriptors=part.pass_descriptors)
        assert part.process.stdout is not None  # noqa: S101 - we asked for a pipe
        threading.Thread(target=self._relay, args=(part, part.process.stdout), daemon=True).start()

    def _restart_if_dead(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is not None:
            code = part.process.poll()
            if code is None:
                return
            kill_group(part.process.pid)
            part.process = None
            part.deaths = 1 if now - part.started_at > HEALTHY_SECONDS else part.deaths + 1
            pause = RESTART_PAUSES[min(part.deaths, len(RESTART_PAUSES)) - 1]
            part.start_again_at = now + pause
            self.say(f"{self._label(part)}ended with {code}; starting it again in {pause:g} s")
        elif now >= part.start_again_at:
            self._spawn(part)

    def _relay(self, part: Part, lines: IO[bytes]) -> None:
        for line in lines:
            self.say(self._label(part) + line.decode(errors="replace").rstrip())

    def _label(self, part: Part) -> str:
        label = f"{part.name:<8}| "
        if not self._coloured:
            return label
        position = self.parts.index(part) if part in self.parts else 0
        return f"\x1b[{COLOURS[position % len(COLOURS)]}m{label}\x1b[0m"

    def _request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop_requested = True
