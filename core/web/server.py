"""The WSGI server of Hubbub, for pages and REST in production: granian. ``python -m core.web.server --port 8000``.

It speaks HTTP outside the interpreter, so threads of Python hold the interpreter for the answer alone; under gunicorn half of what a short read cost
was threads handing a connection to one another.
"""

import argparse
import os

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

THREADS = 4  # of each process; each keeps a connection to PostgreSQL, for which it mostly waits
IDLE_THREAD_SECONDS = 600  # after that a thread goes, and its connection with it
WAITING = 256  # requests of one process that wait for a thread; the next are left in the queue of the system
IDLE_CONNECTION_SECONDS = 60  # longer than nginx keeps its side, so that nginx is the one to close
SHUTDOWN_SECONDS = 30
LARGEST_MIB = 1024  # a process that has grown to this makes room for a new one


def server(*, host: str, port: int, workers: int, threads: int) -> MPServer:
    """How Hubbub wants granian."""
    return MPServer(
        "config.wsgi:settled",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        blocking_threads_idle_timeout=IDLE_THREAD_SECONDS,
        backpressure=WAITING,
        http=HTTPModes.http1,  # nginx speaks it
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_CONNECTION_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # each request writes its own line
        respawn_failed_workers=True,
        workers_max_rss=LARGEST_MIB,
        workers_kill_timeout=SHUTDOWN_SECONDS,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.web.server", description="Serve Hubbub's pages and REST.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WEB_CONCURRENCY", "2")), help="processes (WEB_CONCURRENCY)")
    parser.add_argument("--threads", type=int, default=THREADS, help="of each process")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    os.environ["THREADS_KEEP_CONNECTIONS"] = "true"
    server(host=arguments.host, port=arguments.port, workers=arguments.workers, threads=arguments.threads).serve()


if __name__ == "__main__":
    main()
