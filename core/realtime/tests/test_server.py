"""How the server is started; what it does is tested where sockets are."""

import asyncio
import os
import socket
import sys

import pytest

from core.realtime import server


async def test_what_it_inherits_sends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """On TCP, without waiting for acknowledgements. asyncio and uvloop see to that where they know it is TCP."""
    served: list[socket.socket] = []
    monkeypatch.setattr(server.Server, "run", lambda _, sockets: served.extend(sockets))
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    accepted: asyncio.Future[asyncio.BaseTransport] = asyncio.get_running_loop().create_future()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setattr(sys, "argv", ["server", "--fd", str(os.dup(listener.fileno()))])
        server.main()

    class Accept(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.set_result(transport)

    async with await asyncio.get_running_loop().create_server(Accept, sock=served[0]):
        _, writer = await asyncio.open_connection(*served[0].getsockname())
        connection = (await accepted).get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        (await accepted).close()
        writer.close()


def test_without_one_it_listens_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(server.Server, "run", lambda _, sockets: served.append(sockets))
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["server", "--port", "8123"])
    server.main()
    assert served == [None]
