"""``make run``: everything Hubbub is made of, in one foreground process on one machine.

``python -m config.run [--port 8000]``. The embedded servers are used unless DATABASE_URL and REDIS_URL are given. What is up to date is
not done again, so a second start takes seconds.
"""

import argparse
import fcntl
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

import psycopg

from config.env import BASE_DIR, Env, load
from core.embedded import css, keeper, schema
from core.embedded.home import Home
from core.embedded.supervisor import Part, Stopped, Supervisor

PORTS_TRIED = 100
DEMO_MADE = "with demo"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="the first port to try")
    port = parser.parse_args().port
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    started = time.monotonic()
    home, env = Home(BASE_DIR / ".dev"), load()
    with ExitStack() as stack:
        running = stack.enter_context(home.open_lock("run"))
        try:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("Hubbub already runs from this directory.")
        listener = stack.enter_context(listen(port))
        if embedded := not (env.database_url and env.redis_url):
            stack.enter_context(keeper.claimed(home))
        supervisor = stack.enter_context(Supervisor())
        try:
            if embedded:
                start_servers(supervisor, home)
            bring_css_up_to_date(supervisor)
            bring_database_up_to_date(supervisor, env.database_url or home.database_url)
            if env.site_url == Env.model_fields["site_url"].default:  # what somebody chose stays, be it in the environment or in .env
                os.environ["SITE_URL"] = address_of(listener)  # links in mail lead to where it really is
            start_hubbub(supervisor, home, listener, wanted_port=port, started=started)
            supervisor.run()
        except Stopped:
            supervisor.say("Stopping …")
        except StepFailed as step:
            sys.exit(f"Hubbub cannot start: {step} failed.")


class StepFailed(Exception):
    """Something that has to be done before Hubbub can run could not be done. Its output says why."""


def start_servers(supervisor: Supervisor, home: Home) -> None:
    supervisor.start(Part("servers", keeper.command(home, stand_by=True), seconds_to_stop=45))
    supervisor.wait_until(lambda: keeper.is_up(home))
    keeper.make_database(home)


def bring_css_up_to_date(supervisor: Supervisor) -> None:
    """Build the style sheet where there is none, then keep building it when templates change."""
    if not css.RESULT.exists() and not supervisor.call("css", css.build_command()):
        raise StepFailed("building the style sheet")
    supervisor.start(Part("css", [sys.executable, "-m", "core.embedded.css", "--watch"], seconds_to_stop=3))


def start_hubbub(supervisor: Supervisor, home: Home, listener: socket.socket, *, wanted_port: int, started: float) -> None:
    """The web part first, on its own, because somebody waits for it; the worker and the clock once it answers. ``started`` is by the monotonic
    clock, and how long it took is said."""
    address, port = address_of(listener), listener.getsockname()[1]
    descriptor = listener.fileno()
    server = [sys.executable, "-m", "core.realtime.server", "--fd", str(descriptor)]
    supervisor.start(Part("web", server, pass_descriptors=(descriptor,)))
    ready = threading.Event()
    threading.Thread(target=wait_for_answer, args=(address, ready), daemon=True).start()
    supervisor.wait_until(ready.is_set)
    taken = f"   (port {wanted_port} is taken)" if port != wanted_port else ""
    supervisor.say(
        f"\n  Hubbub is at {address}{taken}\n"
        "  Sign in as ana or ben, or as mod who moderates; everyone's password is hubbub-demo.\n"
        f"  Mail it sends is at {address}/dev/mail/. Ctrl-C stops everything.\n"
        f"  It took {time.monotonic() - started:.1f} seconds to start.\n"
    )
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    queues = ["--queues", "default,media", "--concurrency", "2"]
    supervisor.start(Part("worker", [*celery, "worker", *queues, "--loglevel", "WARNING", "--without-mingle"]))
    supervisor.start(Part("beat", [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(home.path / "beat"), "--pidfile="]))


def address_of(listener: socket.socket) -> str:
    return f"http://localhost:{listener.getsockname()[1]}"


def listen(port: int) -> socket.socket:
    """A listening socket on ``port`` or the next free one. It stays open while the web part restarts, so that visitors wait instead of failing."""
    for candidate in range(port, port + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(512)
        except OSError:
            listener.close()
        else:
            return listener
    sys.exit(f"No port from {port} to {port + PORTS_TRIED - 1} is free.")


def bring_database_up_to_date(supervisor: Supervisor, url: str) -> None:
    """Migrate when migrations changed since this database was last migrated; fill the demo world once."""
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    wanted = schema.fingerprint()
    with psycopg.connect(url, autocommit=True) as connection:
        database = connection.info.dbname
        done = schema.mark(connection, database)
    if not done.startswith(wanted):
        supervisor.say("Migrating …")
        if not supervisor.call("migrate", [*manage, "migrate", "--verbosity", "1"]):
            raise StepFailed("migrating the database")
    if not done.endswith(DEMO_MADE):
        supervisor.say("Making the demo world …")
        if not supervisor.call("demo", [*manage, "demo"]):
            raise StepFailed("making the demo world")
    with psycopg.connect(url, autocommit=True) as connection:
        schema.set_mark(connection, database, f"{wanted} {DEMO_MADE}")


def wait_for_answer(address: str, ready: threading.Event) -> None:
    while not ready.is_set():
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=60).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            ready.set()  # any answer is an answer
        except OSError:
            time.sleep(0.1)
        else:
            ready.set()


if __name__ == "__main__":
    main()
