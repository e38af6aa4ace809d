"""The servers a benchmark runs on: PostgreSQL and Valkey over TCP loopback, for both sides alike, and the side that is measured."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from core.embedded import postgres, valkey
from core.embedded.processes import end, spawn, unprivileged

POSTGRES_PORT, REDIS_PORT = 55432, 56379
CHECKOUT = Path(__file__).resolve().parents[1]
DSN = f"host=127.0.0.1 port={POSTGRES_PORT} user=postgres dbname={{}} connect_timeout=5"
DATABASE_URL = f"postgresql://postgres@127.0.0.1:{POSTGRES_PORT}/hubbub"
REDIS_URL = f"redis://127.0.0.1:{REDIS_PORT}"
# What differs from the shipped defaults: the limits of a person, which a load of a thousand messages a second has to pass.
HUBBUB_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": '["127.0.0.1"]',
    "SITE_URL": "https://127.0.0.1",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "LOG_FORMAT": "json",
    "DEFAULT_FROM_EMAIL": "Bench <hello@127.0.0.1>",
    "DATABASE_URL": DATABASE_URL,
    "REDIS_URL": REDIS_URL,
    "LIMITS": '{"api_signed_in": "1000000/minute"}',
    "REALTIME_LIMITS": '{"message:send": ["10000/s"]}',
    "REALTIME_FRAMES_PER_SECOND": "100000",
}


def wait_for(answers: Callable[[], object], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            answers()
        except (OSError, psycopg.OperationalError, redis.RedisError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{what} does not answer")


def listening(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 1).close()


class Backends:
    """PostgreSQL and Valkey in a directory of their own, started new for every run."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres: subprocess.Popen[bytes]
        self.valkey: subprocess.Popen[bytes]

    def start(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        data = self.home / "postgres"
        data.mkdir(parents=True, mode=0o700)
        command = [*unprivileged(), postgres.program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        options = {
            "port": POSTGRES_PORT,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "256MB",
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.home / "postgres.log").open("wb") as log:
            self.postgres = spawn(
                [postgres.program("postgres"), "-D", data, *arguments], before=unprivileged(), stop_signal=signal.SIGINT, output=log.fileno()
            )
        wait_for(lambda: psycopg.connect(DSN.format("postgres")).close(), "PostgreSQL")
        self.start_valkey()

    def start_valkey(self) -> None:
        """Empty, as after a crash: nothing of it is kept."""
        with (self.home / "valkey.log").open("ab") as log:
            arguments = ["--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.home)]
            self.valkey = spawn([valkey.program(), *arguments], output=log.fileno())
        wait_for(lambda: redis.Redis(port=REDIS_PORT).ping(), "Valkey")

    def kill_valkey(self) -> None:
        self.valkey.kill()
        self.valkey.wait()

    def make_database(self, name: str) -> None:
        with psycopg.connect(DSN.format("postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')

    def stop(self) -> None:
        end(self.valkey, signal.SIGTERM, seconds=10)
        end(self.postgres, signal.SIGINT, seconds=20)


@contextmanager
def backends(home: Path) -> Iterator[Backends]:
    started = Backends(home)
    try:
        started.start()
        yield started
    finally:
        started.stop()


class Side(ABC):
    """One of the two that are compared: how it is filled, started and spoken to."""

    dialect: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.members = home / f"{type(self).__name__.lower()}.json"
        self.log = home / f"{type(self).__name__.lower()}.log"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def launch(self, command: list[str], environment: dict[str, str], directory: Path) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(lambda: listening(self.port), f"{type(self).__name__} (see {self.log})")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        end(self.process, signal.SIGTERM, seconds=30)

    @abstractmethod
    def fill(self, backends: Backends, clients: int) -> None:
        """Make the database and ``members``, the file of those who connect."""

    @abstractmethod
    def start(self) -> None:
        """Start the server and wait until it listens."""


class Hubbub(Side):
    """This checkout, one socket process, production settings."""

    dialect = "hubbub"
    port = 31200
    world: tuple[str, ...] = ()  # what else benchmarks.world is told

    def fill(self, backends: Backends, clients: int) -> None:
        backends.make_database("hubbub")
        environment = {**os.environ, **HUBBUB_ENVIRONMENT}
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=CHECKOUT, env=environment, check=True)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.world", str(clients), str(self.members), *self.world], cwd=CHECKOUT, env=environment, check=True
        )

    def start(self) -> None:
        self.launch([sys.executable, "-m", "core.realtime.server", "--port", str(self.port)], HUBBUB_ENVIRONMENT, CHECKOUT)


class HubbubPair(Hubbub):
    """Two socket processes, so that the two of every conversation need Redis to hear each other."""

    second: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port},ws://127.0.0.1:{self.port + 2}"

    def start(self) -> None:
        super().start()
        first, port = self.process, self.port
        try:
            self.port = port + 2
            super().start()
        finally:
            self.second, self.process, self.port = self.process, first, port

    def stop(self) -> None:
        super().stop()
        end(self.second, signal.SIGTERM, seconds=30)


class HubbubRoom(Hubbub):
    """The same with everybody in one conversation."""

    world = ("--together",)


class Baseline(Side):
    """The Node server of a directory given on the command line; its packages are installed there or in a copy of it."""

    dialect = "socketio"
    port = 31100

    def __init__(self, home: Path, source: Path) -> None:
        super().__init__(home)
        self.directory = home / "node"
        self.source = source

    def fill(self, backends: Backends, clients: int) -> None:
        if not self.directory.exists():
            shutil.copytree(self.source, self.directory)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=self.directory, check=True)
        backends.make_database("mini")
        with psycopg.connect(DSN.format("mini"), autocommit=True) as database:
            schema = (self.directory / "schema.sql").read_text()
            for statement in "\n".join(line for line in schema.splitlines() if not line.startswith("--")).split(";"):
                if statement.strip():
                    database.execute(statement.encode())
        made = self.home / "users.json"
        subprocess.run(["node", "mini_users.js", str(made), str(clients)], cwd=self.directory, check=True)
        rename_members(made, self.members)

    def start(self) -> None:
        self.launch(["node", "server.js"], {"PORT": str(self.port)}, self.directory)


class BaselineRoom(Baseline):
    """The same with everybody in its first conversation."""

    def fill(self, backends: Backends, clients: int) -> None:
        super().fill(backends, clients)
        with psycopg.connect(DSN.format("mini"), autocommit=True) as database:
            database.execute("INSERT INTO member SELECT 1, id FROM users WHERE id <= %s ON CONFLICT DO NOTHING", [clients])
        people = json.loads(self.members.read_text())
        self.members.write_text(json.dumps([{**one, "conversation": 1} for one in people]))


def rename_members(source: Path, target: Path) -> None:
    people = json.loads(source.read_text())
    target.write_text(json.dumps([{"token": one["token"], "user": one["uid"], "conversation": one["conv"]} for one in people]))
