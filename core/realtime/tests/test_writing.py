"""A frame that goes to many is made once and written at once; where the server cannot take it now, it waits its turn like every other."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.server import ServerProtocol

from core.realtime.connection import Connection, House
from core.realtime.frames import on_the_wire
from core.realtime.server import WRITE, SocketProtocol
from core.realtime.tests.own_redis import PATIENCE


class Server:
    """What a connection writes to. It takes frames as bytes while ``open_for`` says so."""

    def __init__(self, open_for: Iterable[bool]) -> None:
        self.open_for = iter(open_for)
        self.got: list[str | bytes] = []
        self.reading = asyncio.Event()
        self.connection = Connection(cast("House", None), self.send, lambda: None, self.write_frame)

    def write_frame(self, data: bytes) -> bool:
        is_open = next(self.open_for)
        if is_open:
            self.got.append(data)
        return is_open

    async def send(self, event: dict[str, Any]) -> None:
        await self.reading.wait()
        self.got.append(event["text"])


@pytest.mark.parametrize("text", ["", "a" * 125, "a" * 126, "ö" * 40_000, "a" * 65_536])
def test_a_frame_is_what_the_protocol_would_have_written(text: str) -> None:
    protocol = ServerProtocol()
    protocol.state = protocol.state.OPEN
    protocol.send_text(text.encode())
    assert on_the_wire(text) == b"".join(protocol.data_to_send())


async def test_frames_are_written_at_once_while_the_server_takes_them() -> None:
    server = Server([True, True])
    server.connection.deliver("one")
    server.connection.deliver("two")
    assert server.got == [on_the_wire("one"), on_the_wire("two")]


async def test_frames_keep_their_order_when_the_server_takes_none_for_a_while() -> None:
    server = Server([True, False, True])  # it would take the third at once, which has to wait for the second
    for text in ("one", "two", "three"):
        server.connection.deliver(text)
    assert server.got == [on_the_wire("one")]
    server.reading.set()
    await server.connection.drained()
    server.connection.deliver("four")
    assert server.got == [on_the_wire("one"), "two", "three", on_the_wire("four")]


async def test_nothing_is_written_after_the_close() -> None:
    server = Server([])
    server.connection.close(1000)
    server.connection.deliver("late")
    assert server.got == []
    server.connection.abort()


@pytest.mark.parametrize("compresses", [False, True])
async def test_our_server_takes_frames_as_bytes_unless_it_would_compress_them(compresses: bool) -> None:
    offered: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        offered.append(write := scope["extensions"].get(WRITE))
        said = [write(on_the_wire(word)) for word in ("zwölf", "Boxkämpfer")] if write else []
        await send({"type": "websocket.send", "text": "last"})
        await receive()
        assert said == [True] * len(said)
        assert not write or not write(on_the_wire("to nobody")), "the client is gone"
        offered.append("done")

    made = uvicorn.Config(app, port=0, ws=SocketProtocol, ws_per_message_deflate=compresses, lifespan="off", log_config=None)
    server = uvicorn.Server(made)
    made.load()
    server.lifespan = made.lifespan_class(made)
    await server.startup()
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/") as client:
            words = [await client.recv() for _ in range(1 if compresses else 3)]
        assert words == (["last"] if compresses else ["zwölf", "Boxkämpfer", "last"])
        async with asyncio.timeout(PATIENCE):
            while offered[1:] != ["done"]:
                await asyncio.sleep(0.01)
        assert (offered[0] is None) is compresses
    finally:
        await server.shutdown()
