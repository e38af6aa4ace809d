"""A Redis that belongs to one test, which may kill it or make it hang."""

import asyncio
import signal
import subprocess
from pathlib import Path

import redis

from core.embedded import valkey
from core.embedded.processes import end, spawn

PATIENCE = 20.0


class OwnRedis:
    """One valkey-server."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "r"
        self.url = f"unix://{self.path}"
        self.start()

    def start(self) -> None:
        self.process = spawn(
            [valkey.program(), "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", self.path.parent], output=subprocess.DEVNULL
        )

    async def answers(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    with redis.Redis(unix_socket_path=str(self.path)) as client:
                        client.ping()
                    return
                except redis.ConnectionError:
                    await asyncio.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def hang(self) -> None:
        """From now on it takes connections and commands, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again, what was asked meanwhile included."""
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self.go_on()
        end(self.process, signal.SIGTERM, seconds=10)
