"""Ports for servers that a test starts and that cannot be handed a listener."""

import random
import socket

# Below what systems give to connections that go out (from 32768 in Linux): one of another test would take the port before the server listens,
# or while the server is down that a test has killed.
PORTS = range(15_000, 32_000)


def free_port() -> int:
    """A port of this machine on which nothing listens. Raises RuntimeError if none is found."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port in {PORTS}")
