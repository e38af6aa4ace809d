"""Hubbub's own processes for a worker of the test run: the server browsers talk to, killed and started again where a test wants it, and Celery."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from accounts.sessions.tests.openid import CLIENT_ID, CLIENT_SECRET
from core.embedded.processes import end, spawn
from core.testing.ports import free_port

PATIENCE_SECONDS = 60.0


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until ``condition`` holds, for what no page shows. Raises AssertionError naming ``what`` that did not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


class Server:
    """``python -m core.realtime.server`` on the database and Redis of this worker. It keeps its port when it starts again.

    "Google" is at ``google_port``, where tests that need it start one.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.log = directory / "server.log"
        self.port, self.google_port = free_port(), free_port()
        self.address = f"http://localhost:{self.port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.browser.server_settings",
            "BROWSER_TEST_DIRECTORY": str(directory),
            "SITE_URL": self.address,
            "GOOGLE_ISSUER": f"http://localhost:{self.google_port}",
            "GOOGLE_CLIENT_ID": CLIENT_ID,
            "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
            "LOG_LEVEL": "WARNING",
        }
        self.environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the server needs no leniency

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "core.realtime.server", "--port", str(self.port)]
            self.process = spawn(command, output=log, environment=self.environment)
        until(self.answers, f"the server; it said:\n{self.said()}")

    def answers(self) -> bool:
        assert self.process.poll() is None, f"the server ended:\n{self.said()}"
        try:
            urllib.request.urlopen(f"{self.address}/healthz", timeout=PATIENCE_SECONDS).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        end(self.process, signal.SIGTERM, seconds=40)

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-8000:] if self.log.exists() else ""

    def sockets(self) -> int:
        """How many are open, as its metrics say."""
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - our own address
            lines = answer.read().decode().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith("hubbub_sockets "))


@contextlib.contextmanager
def celery_worker(server: Server) -> Iterator[None]:
    """A worker that does what the server hands to it."""
    with (server.directory / "worker.log").open("ab") as log:
        options = [
            "--queues",
            "default,media",
            "--pool",
            "solo",
            "--loglevel",
            "WARNING",
            "--without-mingle",
            "--without-gossip",
            "--without-heartbeat",
        ]
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", *options]
        process: subprocess.Popen[bytes] = spawn(command, output=log, environment=server.environment)
    try:
        yield
    finally:
        end(process, signal.SIGTERM, seconds=20)
