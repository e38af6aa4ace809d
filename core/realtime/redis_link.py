"""Redis for what every message asks of it, from an event loop: one connection, written to at once and answered in order.

redis-py's own client does much around each command (a pool, a lock, timers, retries): asking and publishing took over a quarter of the time Python
ran in a process with sockets, at 400 messages a second. It makes the connection, for it knows how to sign in and how to speak TLS; what is said
over it is said here.
"""

import asyncio
from collections import deque
from typing import Any

import hiredis
from redis import asyncio as aioredis
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import NoScriptError, ResponseError

from core.redis_calls import Script, refusal

CONNECT_SECONDS = 2
INCOMPLETE = object()


class RedisLink:
    """Commands to the Redis at ``url``. A connection that broke is made anew with the next command.

    Raises redis.RedisError, OSError. How long to wait is the caller's to say: who gives up waiting gives the connection up, and all who wait on it.
    """

    def __init__(self, url: str) -> None:
        self._pool = aioredis.ConnectionPool.from_url(url, protocol=2, socket_connect_timeout=CONNECT_SECONDS, retry=None)
        self._connecting = asyncio.Lock()
        self._wire: _Wire | None = None

    async def __call__(self, *command: Any) -> Any:
        """The answer to one command."""
        (answer,) = await self.all([command])
        return answer

    async def all(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """The answers to commands that travel together. Raises what the first was refused with that was."""
        wire = self._wire
        if wire is None or wire.is_lost:
            wire = await self._connect()
        answers = wire.send(commands)
        try:
            return [await answer for answer in answers]
        except asyncio.CancelledError:
            wire.drop()
            raise
        finally:
            for answer in answers:
                _leave(answer)  # those behind the first refusal

    async def run(self, script: Script, keys: list[str], *arguments: Any) -> Any:
        """Run a script by its digest; it is sent only where Redis does not know it."""
        try:
            return await self("EVALSHA", script.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return await self("EVAL", script.text, len(keys), *keys, *arguments)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.drop()

    async def _connect(self) -> "_Wire":
        async with self._connecting:
            if self._wire is None or self._wire.is_lost:
                connection: Any = self._pool.make_connection()  # type: ignore[no-untyped-call]
                await connection.connect()
                self._wire = _Wire(connection)
            return self._wire


class _Wire(asyncio.Protocol):
    """One connection, taken over from redis-py once it has signed in."""

    def __init__(self, connection: Any) -> None:
        self.is_lost = False
        self._writer: asyncio.StreamWriter = connection._writer  # kept, for it closes the transport when it goes
        connection._reader = connection._writer = None
        self._transport: Any = self._writer.transport
        self._reader = hiredis.Reader(replyError=refusal, notEnoughData=INCOMPLETE)
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._loop = asyncio.get_running_loop()
        self._transport.set_protocol(self)

    def send(self, commands: list[tuple[Any, ...]]) -> "list[asyncio.Future[Any]]":
        answers: list[asyncio.Future[Any]] = [self._loop.create_future() for _ in commands]
        self._waiting.extend(answers)
        self._transport.write(b"".join([hiredis.pack_command(command) for command in commands]))
        return answers

    def drop(self) -> None:
        self.is_lost = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not INCOMPLETE:
                waiting = self._waiting.popleft()
                if waiting.done():
                    continue
                if isinstance(answer, ResponseError):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)
        except (hiredis.ProtocolError, IndexError):  # whatever this is, it does not speak as Redis does
            self.drop()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(Disconnected(str(error or "Redis closed the connection.")))
        self._waiting.clear()


def _leave(answer: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more, whatever it is going to be or has been."""
    if not answer.cancel() and not answer.cancelled():
        answer.exception()
