"""``make run`` as it is run: the real thing in a checkout of its own, its parts killed, stopped and started again."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from core.embedded.home import Home
from core.embedded.tests.processes import WAIT_SECONDS, eventually, kill, processes_of
from core.testing.ports import free_port
from tests.architecture import APPS, ROOT


class Checkout:
    """A copy of this checkout, and Hubbub running in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in (*APPS, "config", "templates", "static", "requirements"):
            shutil.copytree(ROOT / name, path / name, ignore=shutil.ignore_patterns("__pycache__", "tests", "build"))
        shutil.copy(ROOT / "manage.py", path)
        (path / ".venv").symlink_to(ROOT / ".venv")
        self.home = Home(path / ".dev")
        self.log = path / "run.log"

    def start(self, port: int) -> str:
        """Start it and wait until it says where it is."""
        environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        with self.log.open("wb") as log:
            command = [str(self.path / ".venv/bin/python"), "-m", "config.run", "--port", str(port)]
            self.process = subprocess.Popen(command, cwd=self.path, env=environment, stdout=log, stderr=log)
        assert eventually(lambda: self.address() is not None or self.process.poll() is not None, seconds=2 * WAIT_SECONDS), self.said()
        address = self.address()
        assert address is not None, self.said()
        assert eventually(lambda: bool(self.part("celery", "worker")) and bool(self.part("celery", "beat")))
        return address

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def address(self) -> str | None:
        found = re.search(r"Hubbub is at (\S+)", self.said())
        return found[1] if found else None

    def stop(self, stop_signal: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(stop_signal)
        self.process.wait(WAIT_SECONDS)

    def part(self, *words: str) -> list[int]:
        return processes_of(self.path, *words)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=30).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def socket_origin(address: str) -> str | None:
    """Where pages say that their socket is, which follows from SITE_URL."""
    with urllib.request.urlopen(address, timeout=30) as page:  # noqa: S310 - our own address
        found = re.search(r"connect-src[^;]*?(ws://[^ ;]+)", page.headers["Content-Security-Policy"])
    return found[1] if found else None


@pytest.fixture(scope="module")
def checkouts() -> Iterator[list[Checkout]]:
    """Two, of which the second lies too deep for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="hb-"))
    deep = folder / ("deep" * 12) / ("deeper" * 12)
    deep.mkdir(parents=True)
    made = [Checkout(folder / "one"), Checkout(deep / "two")]
    yield made
    kill(processes_of(folder))
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(made[1].home.sockets, ignore_errors=True)


def test_one_command_runs_hubbub_whatever_is_killed(checkouts: list[Checkout]) -> None:
    checkout = checkouts[0]
    port = free_port()
    address = checkout.start(port)
    assert address == f"http://localhost:{port}"
    assert answers(address)
    with psycopg.connect(checkout.home.database_url) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")

    def another(words: list[str], before: set[int]) -> bool:
        return bool(set(checkout.part(*words)) - before)

    for words in (["core.realtime.server"], ["celery", "worker"], ["celery", "beat"], ["core.embedded.css"], ["postgres", "-D"], ["valkey-server"]):
        before = set(checkout.part(*words))
        assert before, words
        kill(sorted(before))
        assert eventually(partial(another, words, before)), (words, checkout.said())
    keeper = set(checkout.part("-m", "core.embedded ", "--stand-by"))
    kill(sorted(keeper))
    assert eventually(lambda: bool(set(checkout.part("--stand-by")) - keeper)), checkout.said()
    assert eventually(lambda: answers(address)), checkout.said()

    def is_kept() -> bool:
        try:
            with psycopg.connect(checkout.home.database_url) as connection:
                return connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
        except psycopg.OperationalError:
            return False

    assert eventually(is_kept), checkout.said()
    checkout.stop()
    assert eventually(lambda: not processes_of(checkout.path)), checkout.said()


def test_a_second_start_does_nothing_twice_and_a_killed_supervisor_leaves_nothing(checkouts: list[Checkout]) -> None:
    checkout = checkouts[0]
    checkout.start(free_port())
    assert "Migrating" not in checkout.said()
    assert "demo world" not in checkout.said()
    assert re.search(r"It took \d+\.\d seconds to start\.", checkout.said())
    again = subprocess.run(
        [sys.executable, "-m", "config.run"], cwd=checkout.path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert again.returncode != 0
    assert "already runs" in again.stderr
    checkout.process.kill()
    checkout.process.wait()
    assert eventually(lambda: not processes_of(checkout.path)), [checkout.part(), checkout.said()]


def test_two_checkouts_do_not_meet_and_a_busy_port_gives_the_next(checkouts: list[Checkout]) -> None:
    one, two = checkouts
    (two.path / ".env").write_text("SITE_URL=http://tunnel.example\n")
    port = free_port()
    first = one.start(port)
    second = two.start(port)
    assert first != second
    assert f"(port {port} is taken)" in two.said()
    assert answers(first)
    assert answers(second)
    assert socket_origin(first) == first.replace("http", "ws")
    assert socket_origin(second) == "ws://tunnel.example", "what the operator wrote into .env stays"
    with psycopg.connect(two.home.database_url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    two.stop(signal.SIGTERM)
    assert eventually(lambda: not processes_of(two.path)), two.said()
    assert answers(first)
    one.stop()
    assert eventually(lambda: not processes_of(one.path)), one.said()
