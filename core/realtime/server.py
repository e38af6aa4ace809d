"""The ASGI server of Hubbub: uvicorn, set up for sockets. ``python -m core.realtime.server --port 8000``.

What the gateway counts on and other ASGI servers leave open is decided here: frames are limited before they are read, clients that went silent
are found, no compression (it would be done again for every recipient), a connection that takes nothing can be dropped, and a SIGTERM lets what
is under way finish before sockets are told to come back elsewhere.
"""

import argparse
import os
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

# The gateway answers frames past its own limit with an error; the server closes with 1009 what is far past it, before it is in memory.
LARGEST_FRAME = 128 * 1024
PING_SECONDS = 25.0
PONG_SECONDS = 25.0  # a half-open connection is found after 50 s at the latest
SHUTDOWN_SECONDS = 30
# Written and not taken by the system yet. Frames wait in the gateway's outbox once there is more than 64 KiB, so only pongs come up to this.
UNREAD_BYTES = 256 * 1024
# A thread that comes back from PostgreSQL waits this long for a busy event loop to let it go on; Python's own 5 ms, several times a message, is what
# people would notice.
SWITCH_SECONDS = 0.001
# ASGI extensions: a callable that drops the connection at once, and one that takes a frame as bytes, and writes it or says that it cannot now.
ABORT = "hubbub.abort"
WRITE = "hubbub.write"


class SocketProtocol(WebSocketsSansIOProtocol):
    """Lets the gateway drop a connection whose client takes nothing any more, and write what is a frame already."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[ABORT] = self.transport.abort
            if not self.conn.extensions:  # nothing is done to frames on their way
                extensions[WRITE] = self.write_frame

    def write_frame(self, data: bytes) -> bool:
        """Write a whole frame at once. False where ``send`` would wait or refuse: then it is the one to be asked."""
        if self.conn.state is not State.OPEN or self.close_sent or self.disconnected or not self.handshake_complete or not self.writable.is_set():
            return False
        self.transport.write(data)
        return True

    def handle_ping(self) -> None:
        """Answer, unless the client takes no answers: pongs are the one thing the server writes without looking whether they are read."""
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.transport.abort()
            return
        super().handle_ping()


class Server(uvicorn.Server):
    """Comes ready, and says goodbye properly."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # By now uvicorn has loaded the application, and with it the settings.
        from core.ops.loading import load_for_good

        load_for_good()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from core.realtime.hub import running_hub, stop_hub

        for server in self.servers:
            server.close()
        if hub := running_hub():
            await hub.drain()
        await super().shutdown(sockets)
        await stop_hub()


def config(**options: Any) -> uvicorn.Config:
    """How Hubbub wants uvicorn, but for ``options`` (host, port, uds …)."""
    defaults: dict[str, Any] = {
        "loop": "uvloop",
        "ws": SocketProtocol,
        "ws_max_size": LARGEST_FRAME,
        "ws_per_message_deflate": False,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PONG_SECONDS,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        "backlog": 4096,
        "lifespan": "off",
        "access_log": False,
        "server_header": False,
        # Whose X-Forwarded-For is believed, our own code decides by TRUSTED_PROXIES; uvicorn would believe everybody on this machine.
        "proxy_headers": False,
        # uvicorn logs addresses of sockets with their query at level info.
        "log_level": "warning",
    }
    return uvicorn.Config("config.asgi:application", **{**defaults, **options})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.realtime.server", description="Serve Hubbub's sockets, and pages and REST with them.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--uds", help="a unix socket instead of host and port")
    parser.add_argument("--fd", type=int, help="a listening socket inherited from a supervisor instead of host and port")
    parser.add_argument("--ping-seconds", type=float, default=PING_SECONDS, help="how often a silent client is asked for a sign of life")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    sys.setswitchinterval(SWITCH_SECONDS)
    ping = {"ws_ping_interval": arguments.ping_seconds, "ws_ping_timeout": arguments.ping_seconds}
    # Left to uvicorn, what was inherited counts as a unix socket, so that nothing turns Nagle's algorithm off: each answer on a connection that is
    # kept would wait 40 ms for the client to acknowledge its head.
    inherited = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    Server(config(host=arguments.host, port=arguments.port, uds=arguments.uds, **ping)).run(inherited)


if __name__ == "__main__":
    main()
