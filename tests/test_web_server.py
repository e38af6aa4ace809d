"""``core.web.server`` as production runs it: real processes, and what happens when they are told to go, or killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from core.embedded.processes import end
from core.embedded.tests.processes import eventually
from core.testing.ports import free_port
from tests.architecture import ROOT

PATIENCE = 30.0  # seconds
SECRET = "for-the-web-server-of-the-tests-" * 2


class WebServer:
    def __init__(self) -> None:
        self.port = free_port()
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.served_settings", "SECRET_KEY": SECRET}
        command = [sys.executable, "-m", "core.web.server", "--port", str(self.port), "--workers", "1", "--threads", "2"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)

    def get(self, path: str) -> dict[str, Any]:
        """What it answers, once it listens."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
                    return dict(json.load(answer))
            except (URLError, ConnectionError):
                assert self.process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer()
    yield server
    end(server.process, signal.SIGTERM, seconds=5)


def test_requests_are_not_shown_the_settings(web: WebServer) -> None:
    names = web.get("/shown")["names"]
    assert "REMOTE_ADDR" in names
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & set(names)


def test_what_is_under_way_is_answered_before_it_goes(web: WebServer, tmp_path: Path) -> None:
    web.get("/shown")
    began = tmp_path / "began"
    answers: list[dict[str, Any]] = []
    asking = Thread(target=lambda: answers.append(web.get(f"/slow?began={began}")))
    asking.start()
    assert eventually(began.exists)
    web.process.send_signal(signal.SIGTERM)
    asking.join(PATIENCE)
    assert answers == [{"answered": True}]
    assert web.process.wait(PATIENCE) == 0


def test_a_process_that_is_killed_is_replaced(web: WebServer) -> None:
    killed = web.get("/shown")["process"]
    os.kill(killed, signal.SIGKILL)
    assert web.get("/shown")["process"] != killed
