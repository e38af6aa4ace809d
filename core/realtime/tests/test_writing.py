"""A frame that goes to many is made once and written at once; where the server cannot take it now, it waits its turn like every other."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from core.realtime.connection import Connection, House
from core.realtime.frames import on_the_wire
from core.realtime.gateway import Gateway
from core.realtime.hub import stop_hub
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


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[str]:
    """Where uvicorn serves ``app`` with our sockets."""
    config = uvicorn.Config(app, port=0, ws=SocketProtocol, lifespan="off", log_config=None, **options)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/ws/"
    finally:
        await server.shutdown()


@pytest.mark.parametrize("compresses", [False, True])
async def test_our_server_takes_frames_as_bytes_unless_it_would_compress_them(compresses: bool) -> None:
    gone = asyncio.Event()
    took: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        write = scope["extensions"].get(WRITE, lambda _: None)
        took.extend(write(on_the_wire(word)) for word in ("zwölf", "Boxkämpfer"))
        await send({"type": "websocket.send", "text": "last"})
        await receive()
        took.append(write(on_the_wire("to nobody")))
        gone.set()

    async with serving(app, ws_per_message_deflate=compresses) as url:
        async with connect(url) as client:
            words = [await client.recv() for _ in range(1 if compresses else 3)]
        await asyncio.wait_for(gone.wait(), PATIENCE)
    assert words == (["last"] if compresses else ["zwölf", "Boxkämpfer", "last"])
    assert took == ([None] * 3 if compresses else [True, True, False])


async def test_the_gateway_has_our_server_write_them() -> None:
    written: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        write = scope["extensions"][WRITE]

        def write_down(data: bytes) -> bool:
            written.append(data)
            return bool(write(data))

        scope["extensions"][WRITE] = write_down
        await Gateway.as_asgi()(scope, receive, send)

    async with serving(app, ws_per_message_deflate=False) as url:
        async with connect(url, subprotocols=[Subprotocol("hubbub.v1"), Subprotocol("bearer.1.1")]) as client:
            first = await asyncio.wait_for(client.recv(), PATIENCE)
        await stop_hub()
    assert isinstance(first, str)
    assert json.loads(first)["type"] == "authenticated"
    assert written[0] == on_the_wire(first)
