"""Keeps the embedded servers of a home alive exactly as long as somebody uses them.

Who uses them holds a shared lock on ``users.lock``; the keeper, one process for each home, holds ``keeper.lock`` and restarts a server
that dies. When it gets ``users.lock`` for itself, nobody is left, and it stops the servers. Locks go with their process, so this holds
whatever is killed and when.
"""

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from core.embedded import postgres, valkey
from core.embedded.home import Home
from core.embedded.processes import end

STARTING_SECONDS = 60
RESTART_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds, for a server that keeps dying
HEALTHY_SECONDS = 10  # a server that lived this long starts at the first pause again
CHECKOUT = Path(__file__).resolve().parents[2]


class Server(Protocol):
    """What the modules ``postgres`` and ``valkey`` have in common."""

    NAME: str
    STOP_SIGNAL: signal.Signals

    def start(self, home: Home) -> "subprocess.Popen[bytes]": ...


SERVERS: tuple[Server, ...] = (postgres, valkey)


@contextmanager
def using(home: Home) -> Iterator[Home]:
    """The servers of ``home``, running and answering until the block is left. Any number of processes may use them at once.

    Raises RuntimeError, with the tail of the logs, when they cannot be started.
    """
    with claimed(home):
        _wait_until_up(home)
        yield home


@contextmanager
def claimed(home: Home) -> Iterator[None]:
    """Count as a user of ``home`` without starting anything."""
    home.prepare()
    with home.open_lock("users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper that found nobody is stopping the servers
        yield


def make_database(home: Home) -> None:
    with home.locked("database"):
        postgres.make_database(home)


def is_up(home: Home) -> bool:
    return postgres.answers(home) and valkey.answers(home)


def command(home: Home, *, stand_by: bool = False) -> list[str]:
    """How to start the keeper of ``home`` as a process."""
    options = [*(["--throwaway"] if home.throwaway else []), *(["--stand-by"] if stand_by else [])]
    return [sys.executable, "-m", "core.embedded", str(home.path), *options]


def _wait_until_up(home: Home) -> None:
    keeper: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + STARTING_SECONDS
    while not is_up(home):
        if time.monotonic() > deadline:
            raise RuntimeError("The embedded servers do not start.\n" + log_tail(home))
        if keeper is None or keeper.poll() is not None:
            if keeper is not None and keeper.returncode != 0:
                raise RuntimeError("The embedded servers cannot start.\n" + log_tail(home))
            with (home.path / "keeper.log").open("ab") as log:
                keeper = subprocess.Popen(command(home), cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        time.sleep(0.05)
    make_database(home)


def log_tail(home: Home, lines: int = 12) -> str:
    """The last lines of every log of ``home``."""
    logs = [path for name in ("keeper", "postgres", "valkey") if (path := home.path / f"{name}.log").exists()]
    return "\n".join(f"--- {path}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) for path in logs)


class Keeper:
    """The process that keeps one home. ``stand_by`` waits for another keeper to go; otherwise a second keeper leaves at once."""

    def __init__(self, home: Home, *, stand_by: bool = False) -> None:
        self.home = home
        self.stand_by = stand_by
        self.kept: list[KeptServer] = []
        self.stopping = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.home.prepare()
        with self.home.open_lock("keeper") as lock, self.home.open_lock("users") as users:
            if not self._become_keeper(lock.fileno()):
                return
            try:
                for server in SERVERS:
                    self.kept.append(KeptServer(server, self.home))
                while not self.stopping and not _lock_now(users.fileno()):
                    for kept in self.kept:
                        kept.restart_if_dead()
                    time.sleep(0.1)
            finally:
                for kept in reversed(self.kept):
                    end(kept.process, kept.server.STOP_SIGNAL, seconds=20)

    def _become_keeper(self, lock: int) -> bool:
        while not (got := _lock_now(lock)) and self.stand_by and not self.stopping:
            time.sleep(0.2)
        return got

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True


class KeptServer:
    """One server and how often it has died lately."""

    def __init__(self, server: Server, home: Home) -> None:
        self.server = server
        self.home = home
        self.deaths = 0
        self._start()

    def restart_if_dead(self) -> None:
        code = self.process.poll()
        if code is None:
            return
        self.deaths = 1 if time.monotonic() - self.started_at > HEALTHY_SECONDS else self.deaths + 1
        print(f"{self.server.NAME} ended with {code}; starting it again", flush=True)
        time.sleep(RESTART_PAUSES[min(self.deaths, len(RESTART_PAUSES)) - 1])
        self._start()

    def _start(self) -> None:
        self.started_at = time.monotonic()
        self.process = self.server.start(self.home)


def _lock_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
