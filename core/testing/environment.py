"""Servers and databases for one process that runs tests: an xdist worker, or pytest itself.

Every such process leases a number for as long as it lives (a lock on ``.dev/test/<number>.lock``). The number names its PostgreSQL
database and its three Redis databases, so workers, and even two runs of the suite at once, never see each other. The servers are the
embedded ones unless the environment names others.
"""

import fcntl
import os
from contextlib import ExitStack
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, urlsplit, urlunsplit

from core.embedded.home import Home
from core.embedded.keeper import log_tail, using

HOME = Home(Path(__file__).resolve().parents[2] / ".dev" / "test", throwaway=True)
DATABASES_EACH = 3
LEASES = 100


class Environment:
    """What this process works on. Making one sets DATABASE_URL, REDIS_URL and REDIS_DATABASE for it and for processes it starts."""

    def __init__(self) -> None:
        # xdist's workers inherit what the process that started them has set, so what was given from outside is kept under another name.
        self.given_database_url = os.environ.setdefault("TEST_SERVER_DATABASE_URL", os.environ.get("DATABASE_URL", ""))
        self.given_redis_url = os.environ.setdefault("TEST_SERVER_REDIS_URL", os.environ.get("REDIS_URL", ""))
        self.number, self._lease = _lease()
        server = urlsplit(self.given_database_url or HOME.database_url)
        self.template = f"{server.path.strip('/')}_test"
        self.database = f"{self.template}_{self.number}"
        self._server_url = server._replace(path="/postgres")
        self._servers = ExitStack()
        self._restarts_before = _restarts()
        os.environ["DATABASE_URL"] = _url(server._replace(path=f"/{self.database}"))
        os.environ["REDIS_URL"] = self.given_redis_url or HOME.redis_url
        os.environ["REDIS_DATABASE"] = str(self.number * DATABASES_EACH)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

    @property
    def admin_url(self) -> str:
        """The server's own database, from which others are made and dropped."""
        return _url(self._server_url)

    @property
    def template_url(self) -> str:
        return _url(self._server_url._replace(path=f"/{self.template}"))

    def start_servers(self) -> None:
        if not (self.given_database_url and self.given_redis_url):
            self._servers.enter_context(using(HOME))

    def release(self) -> None:
        """Let another process have the number."""
        self._lease.close()

    def leave_servers(self) -> None:
        """The last process to leave lets them stop."""
        self._servers.close()

    def restarts(self) -> str:
        """What the keeper said of servers that died since this was made, with the ends of the logs, a crash report included. Empty when none did."""
        new = _restarts()[len(self._restarts_before) :]
        return f"{new}\n{log_tail(HOME, lines=200)}" if new else ""


def _restarts() -> str:
    log = HOME.path / "keeper.log"
    return log.read_text(errors="replace") if log.exists() else ""


def _url(parts: SplitResult) -> str:
    return urlunsplit(parts)


def _lease() -> tuple[int, IO[str]]:
    for number in range(LEASES):
        lock = HOME.open_lock(str(number))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return number, lock
    raise RuntimeError(f"{LEASES} processes run tests here already")
