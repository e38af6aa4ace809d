"""One socket, as handlers see it, and the queue of what it has not yet been given."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import structlog

from core.realtime import metrics
from core.realtime.codes import CloseCode
from core.realtime.frames import Outbound, frame, on_the_wire

log = structlog.get_logger(__name__)
Send = Callable[[dict[str, Any]], Awaitable[None]]
OUTBOX_FRAMES = 512
OUTBOX_CHARACTERS = 1_000_000
CLOSE_GRACE_SECONDS = 5.0


class House(Protocol):
    """Where connections live: what one of them asks of the hub."""

    @property
    def connections(self) -> "Mapping[str, Connection]": ...

    def enter(self, connection: "Connection", room: str, position: int | None = None) -> None: ...

    def exit(self, connection: "Connection", room: str) -> None: ...

    def touched_since(self, connection: "Connection", rooms: Iterable[str], since: float) -> bool: ...


class Connection:
    """A socket and whose it is.

    ``state`` is for slices: what they remember of this socket, under their own key. Everything here belongs to the event loop; other threads
    reach a connection through ``core.realtime.push``. Frames are written at once while the client reads, as bytes where the server takes them
    (``write_frame``); when it does not, they wait in the outbox for a writer task, and when too many wait the socket is closed with SLOW_READER: it
    resumes from PostgreSQL.
    """

    __slots__ = (
        "_abort",
        "_characters",
        "_outbox",
        "_send",
        "_write_frame",
        "_writer",
        "busy",
        "closing",
        "expires_at",
        "hub",
        "id",
        "positions",
        "resumed",
        "rooms",
        "session_id",
        "state",
        "user_id",
        "warned",
    )

    def __init__(self, hub: House, send: Send, abort: Callable[[], None], write_frame: Callable[[bytes], bool] | None = None) -> None:
        self.id = uuid4().hex
        self.user_id = ""
        self.session_id = ""
        self.expires_at: datetime | None = None
        self.warned = False
        self.busy = False
        self.closing: CloseCode | int | None = None
        self.rooms: set[str] = set()
        self.positions: dict[str, int] = {}  # of what is pushed in order: the last this socket was given, by room
        self.state: dict[str, Any] = {}
        self.resumed: dict[str, Any] = {}  # what sections of the resume that is being carried out leave for those after them
        self.hub = hub
        self._send = send
        self._abort = abort
        self._write_frame = write_frame
        self._outbox: deque[dict[str, Any]] = deque()
        self._characters = 0
        self._writer: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Connection {self.id} of {self.user_id or 'nobody'}>"

    async def send(self, message: Outbound) -> None:
        """Queue ``message`` for this socket alone."""
        self.deliver(frame(message))

    def join(self, room: str, position: int | None = None) -> None:
        """Be in ``room`` from now on. Authorisation is the caller's: whoever reads that on a thread asks ``hub.touched_since`` before joining."""
        self.hub.enter(self, room, position)

    def leave(self, room: str) -> None:
        """Be in ``room`` no longer."""
        self.hub.exit(self, room)

    def deliver(self, text: str) -> None:
        """Queue an encoded frame. Never waits; a client that does not read is closed instead."""
        if self.closing is not None:
            return
        if self._write_frame is not None and self._writer is None and self._write_frame(on_the_wire(text)):
            metrics.frames_out.inc()
            return
        if len(self._outbox) >= OUTBOX_FRAMES or self._characters + len(text) > OUTBOX_CHARACTERS:
            self._outbox.clear()
            self._characters = 0
            log.info("socket_slow_reader", connection=self.id, user_id=self.user_id)
            self.close(CloseCode.SLOW_READER)
            return
        metrics.frames_out.inc()
        self._queue({"type": "websocket.send", "text": text}, len(text))

    def close(self, code: int, reason: str = "") -> None:
        """Close after what is queued was written, or hard after a few seconds. Later calls change nothing."""
        if self.closing is not None:
            return
        self.closing = code
        metrics.closes.labels(str(int(code))).inc()
        self._queue({"type": "websocket.close", "code": int(code), "reason": reason[:120]}, 0)
        if self._writer is not None:
            asyncio.get_running_loop().call_later(CLOSE_GRACE_SECONDS, self.abort)

    def close_unless_authenticated(self, code: int) -> None:
        """For the timer that waits for the first frame."""
        if self.id not in self.hub.connections:
            self.close(code)

    def abort(self) -> None:
        """Drop what is queued, and the network connection with it if the client does not even take that."""
        self.closing = self.closing or CloseCode.NORMAL
        self._outbox.clear()
        if self._writer is not None:
            self._writer.cancel()
            self._abort()

    async def drained(self) -> None:
        """Wait until nothing is queued."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def _queue(self, event: dict[str, Any], size: int) -> None:
        self._outbox.append(event)
        self._characters += size
        if self._writer is None:
            self._write()

    def _write(self) -> None:
        """Write without a task while the server takes frames at once; start the writer for the rest when it does not."""
        while self._outbox:
            event = self._outbox.popleft()
            self._characters -= len(event.get("text", ""))
            sending = self._send(event).__await__()
            try:
                waiting = next(sending)
            except StopIteration:
                continue
            except Exception as error:
                self._lost(error)
                return
            self._writer = asyncio.get_running_loop().create_task(self._write_slowly(_Started(sending, waiting)))
            return

    async def _write_slowly(self, sending: Awaitable[None]) -> None:
        try:
            await sending
            while self._outbox:
                event = self._outbox.popleft()
                self._characters -= len(event.get("text", ""))
                await self._send(event)
        except Exception as error:
            self._lost(error)
        finally:
            self._writer = None

    def _lost(self, error: Exception) -> None:
        """The client is gone: servers tell so by an exception of their own kind. The gateway will hear of it by ``websocket.disconnect``."""
        self.closing = self.closing or CloseCode.NORMAL
        self._outbox.clear()
        log.debug("socket_write_failed", connection=self.id, error=type(error).__name__)


class _Started:
    """A coroutine that was begun outside a task, to be finished inside one."""

    __slots__ = ("_coroutine", "_waiting")

    def __init__(self, coroutine: Any, waiting: Any) -> None:
        self._coroutine = coroutine
        self._waiting = waiting

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waiting
        yield from self._coroutine
