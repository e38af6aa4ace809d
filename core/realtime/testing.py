"""Driving the real ASGI application in tests: one ``SocketClient`` is one socket.

::

    async with SocketClient(token=token_of(ana)) as socket:        # or cookie=…, or neither and call("authenticate", …)
        ack = await socket.call("message:send", {"body": "hello"})  # the data of the ack; an error frame raises SocketError
        frame = await socket.expect("message:new")                  # its data; other frames are kept for later calls

Handlers run on threads with database connections of their own: mark such tests ``@pytest.mark.django_db(transaction=True)``. What clients send
and get is recorded for the catalogue check (see ``core.realtime.catalogue``) and held against the AsyncAPI document (``core.realtime.conformance``).
"""

import asyncio
import contextlib
from collections import deque
from types import TracebackType
from typing import Any, Self

import msgspec
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.utils.module_loading import import_string

from core.realtime import catalogue, conformance
from core.realtime.authentication import PROTOCOL, TOKEN_PREFIX

communicator: Any = ApplicationCommunicator
TIMEOUT = 10.0
QUIET = 0.2


class SocketError(AssertionError):
    """An ``error`` frame where an ``ack`` was expected."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.code: str = body["code"]
        self.details: dict[str, Any] = body["details"]
        super().__init__(f"{body['code']}: {body['message']} {body['details']}")


class SocketClosed(AssertionError):
    """The server closed the socket while the test waited for a frame."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"the socket was closed with {code}")


class SocketClient:
    """A client of /ws/. Used as a context manager it connects and, given a token or a cookie, waits for ``authenticated``."""

    def __init__(
        self,
        *,
        token: str | None = None,
        cookie: str | None = None,
        origin: str | None = None,
        query: str = "",
        headers: list[tuple[bytes, bytes]] | None = None,
    ) -> None:
        protocols = [PROTOCOL, *([TOKEN_PREFIX + token] if token else [])]
        sent = [(b"host", b"testserver"), *(headers or [])]
        if cookie:
            sent.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
            origin = origin or "http://testserver"
        if origin:
            sent.append((b"origin", origin.encode()))
        self.scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "path": "/ws/",
            "raw_path": b"/ws/",
            "query_string": query.encode(),
            "headers": sent,
            "subprotocols": protocols,
            "client": ["127.0.0.1", 50000],
            "server": ["testserver", 80],
        }
        self.known = bool(token or cookie)
        self.subprotocol: str | None = None
        self.close_code: int | None = None
        self.authenticated: dict[str, Any] = {}
        self._kept: deque[dict[str, Any]] = deque()
        self._references = 0
        self._application: Any = None

    async def __aenter__(self) -> Self:
        if not await self.connect():
            raise SocketClosed(self.close_code or 0)
        if self.known:
            self.authenticated = await self.expect("authenticated")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def connect(self) -> bool:
        """Shake hands. False when the server refused."""
        self._application = communicator(import_string(settings.ASGI_APPLICATION), self.scope)
        await self._application.send_input({"type": "websocket.connect"})
        answer = await self._application.receive_output(TIMEOUT)
        if answer["type"] == "websocket.close":
            self.close_code = answer.get("code", 1000)
            return False
        self.subprotocol = answer.get("subprotocol")
        return True

    async def close(self, code: int = 1000) -> None:
        """Hang up, and wait until the server has tidied up."""
        await self._application.send_input({"type": "websocket.disconnect", "code": code})
        await self._application.wait(TIMEOUT)

    async def send_text(self, text: str) -> None:
        await self._application.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        await self._application.send_input({"type": "websocket.receive", "bytes": data})

    async def send(self, kind: str, data: Any = None, *, ref: str | None = None) -> None:
        """One frame, without waiting for anything."""
        await self.send_text(msgspec.json.encode(_frame(kind, data, ref)).decode())

    async def call(self, kind: str, data: Any = None) -> Any:
        """One frame and its answer: the ``data`` of the ack. Raises SocketError for an error."""
        self._references += 1
        ref = f"t{self._references}"
        await self.send(kind, data, ref=ref)
        frame = await self._next(lambda frame: frame.get("ref") == ref)
        if frame["type"] == "error":
            raise SocketError(frame["data"])
        catalogue.carried_out.add(kind)
        conformance.check_inbound(_frame(kind, data, ref))
        conformance.check_ack(kind, frame["data"])
        return frame["data"]

    async def expect(self, kind: str, **fields: Any) -> Any:
        """The ``data`` of the next frame of that type whose data has these fields. Frames of other kinds stay for later."""
        frame = await self._next(lambda frame: frame["type"] == kind and fields.items() <= (frame["data"] or {}).items())
        return frame["data"]

    async def next(self, *kinds: str) -> Any:
        """The ``data`` of the next frame of any of these types."""
        return (await self._next(lambda frame: frame["type"] in kinds))["data"]

    async def expect_close(self) -> int:
        """The code the server closes with; frames before it are kept."""
        while self.close_code is None:
            self._keep(await self._application.receive_output(TIMEOUT))
        return self.close_code

    async def quiet(self, *, besides: str | tuple[str, ...] = "\0") -> bool:
        """Whether nothing more is on its way: nothing kept, and nothing arrives for a moment after a ``ping`` came back.

        Frames whose type begins with ``besides`` do not count: slices above the one under test may have something to say of what happened.
        """
        code = self.close_code
        if code is None:
            await self.send("ping")
            await self.expect("pong")
        while not await self._application.receive_nothing(QUIET):
            self._keep(await self._application.receive_output(TIMEOUT))
        return self.close_code == code and all(frame["type"].startswith(besides) for frame in self._kept)

    async def drain(self) -> list[dict[str, Any]]:
        """Everything that came and nobody asked for, once nothing more is on its way."""
        with contextlib.suppress(SocketClosed):
            await self.quiet()
        came = list(self._kept)
        self._kept.clear()
        return came

    async def _next(self, wanted: Any) -> dict[str, Any]:
        for frame in self._kept:
            if wanted(frame):
                self._kept.remove(frame)
                return frame
        while self.close_code is None:
            try:
                arrived = self._keep(await self._application.receive_output(TIMEOUT))
            except TimeoutError:
                raise AssertionError(f"no such frame came; others did: {list(self._kept)}") from None
            if arrived is not None and wanted(arrived):
                self._kept.remove(arrived)
                return arrived
        raise SocketClosed(self.close_code)

    def _keep(self, output: dict[str, Any]) -> dict[str, Any] | None:
        if output["type"] == "websocket.close":
            self.close_code = output.get("code", 1000)
            return None
        frame: dict[str, Any] = msgspec.json.decode(output["text"])
        catalogue.received.add(frame["type"])
        conformance.check_outbound(frame)
        self._kept.append(frame)
        return frame


def _frame(kind: str, data: Any, ref: str | None) -> dict[str, Any]:
    return {"type": kind, "data": {} if data is None else data, **({"ref": ref} if ref else {})}


async def until(condition: Any, *, seconds: float = TIMEOUT) -> None:
    """Wait until ``condition()`` holds; for what happens on the server without a frame to tell."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
