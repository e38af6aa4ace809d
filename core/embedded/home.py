"""Where the embedded servers of one checkout live, their addresses, and the locks that say who uses them.

Everything derives from the directory alone, so every process of a checkout finds the same servers and two checkouts never meet. Imported
by settings: standard library only.
"""

import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LONGEST_SOCKET = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS and the BSDs
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")  # what needs no quoting in any of the three kinds of URL


@dataclass(frozen=True)
class Home:
    """The directory of one pair of servers. ``throwaway`` ones trade safety of the data for speed: tests."""

    path: Path
    throwaway: bool = False

    @property
    def postgres_data(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.path / "valkey"

    @property
    def sockets(self) -> Path:
        """The directory of both sockets: inside the home, or a private one under /tmp where the path would be too long or needs quoting."""
        inside = self.path / "run"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        return Path("/tmp") / f"hubbub-{os.geteuid()}-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]}"  # noqa: S108 - checked in prepare()

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey"

    @property
    def database_url(self) -> str:
        return f"postgresql://app@/app?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}"

    def prepare(self) -> None:
        """Make the directories, private to their owner. Raises PermissionError when somebody else made the one under /tmp first."""
        for directory in (self.path, self.valkey_data, self.sockets):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.sockets.lstat()
        owners = {os.geteuid(), 65534 if os.geteuid() == 0 else os.geteuid()}  # PostgreSQL may have had to run as nobody
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or stat.S_IMODE(found.st_mode) & 0o077:
            raise PermissionError(f"{self.sockets} is not a private directory of ours")

    def open_lock(self, name: str) -> IO[str]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.path / f"{name}.lock", "a")

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the lock ``name`` of this home alone; the kernel lets go of it however the process ends."""
        with self.open_lock(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
