"""Redis for what every message asks of it, from an event loop: one connection, written to at once and answered in order.

redis-py's own client does much around each command (a pool, a lock, timers, retries): asking and publishing took over a quarter of the time Python
ran in a process with sockets, at 400 messages a second, and listening a sixteenth of what a room of a hundred took. It makes the connections, for
it knows how to sign in and how to speak TLS; what is said over them is said here.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

import hiredis
from redis import asyncio as aioredis
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import NoScriptError, ResponseError

from core.redis_calls import Script, refusal

CONNECT_SECONDS = 2
SILENCE_SECONDS = 5.0  # after which a subscription is asked for a sign of life, so that a half-open connection is noticed
INCOMPLETE = object()


class RedisLink:
    """Commands to the Redis at ``url``. A connection that broke is made anew with the next command.

    Raises redis.RedisError, OSError. How long to wait is the caller's to say: who gives up waiting gives the connection up, and all who wait on it.
    """

    def __init__(self, url: str) -> None:
        self._pool = _pool(url)
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
                self._wire = _Wire(await _connected(self._pool))
            return self._wire


async def _connected(pool: aioredis.ConnectionPool) -> Any:
    connection: Any = pool.make_connection()  # type: ignore[no-untyped-call]
    await connection.connect()
    return connection


def _pool(url: str) -> aioredis.ConnectionPool:
    return aioredis.ConnectionPool.from_url(url, protocol=2, socket_connect_timeout=CONNECT_SECONDS, retry=None)


class _Taken(asyncio.Protocol, ABC):
    """One connection, taken over from redis-py once it has signed in."""

    def __init__(self, connection: Any) -> None:
        self.is_lost = False
        self._writer: asyncio.StreamWriter = connection._writer  # kept, for it closes the transport when it goes
        connection._reader = connection._writer = None
        self._transport: Any = self._writer.transport
        self._reader = hiredis.Reader(replyError=refusal, notEnoughData=INCOMPLETE)
        self._loop = asyncio.get_running_loop()
        self._transport.set_protocol(self)

    def write(self, *commands: tuple[Any, ...]) -> None:
        self._transport.write(b"".join([hiredis.pack_command(command) for command in commands]))

    def drop(self) -> None:
        self.is_lost = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not INCOMPLETE:
                self.received(answer)
        except (hiredis.ProtocolError, LookupError):  # whatever this is, it does not speak as Redis does
            self.drop()

    @abstractmethod
    def received(self, answer: Any) -> None:
        """Take what Redis said. Raises LookupError where it cannot have."""

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self.lost(Disconnected(str(error or "Redis closed the connection.")))

    @abstractmethod
    def lost(self, why: Disconnected) -> None:
        """Tell those who wait."""


class _Wire(_Taken):
    """Commands, and their answers in the same order."""

    def __init__(self, connection: Any) -> None:
        self._waiting: deque[asyncio.Future[Any]] = deque()
        super().__init__(connection)

    def send(self, commands: list[tuple[Any, ...]]) -> "list[asyncio.Future[Any]]":
        answers: list[asyncio.Future[Any]] = [self._loop.create_future() for _ in commands]
        self._waiting.extend(answers)
        self.write(*commands)
        return answers

    def received(self, answer: Any) -> None:
        waiting = self._waiting.popleft()
        if waiting.done():
            return
        if isinstance(answer, ResponseError):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def lost(self, why: Disconnected) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(why)
        self._waiting.clear()


class Subscription(_Taken):
    """Channels that are listened to. Use as ``async with subscribed(url, channels, heard) as subscription: await subscription.until_lost()``."""

    def __init__(self, connection: Any, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._confirmed = 0
        self._said_something = asyncio.Event()
        self._why: Disconnected | None = None
        super().__init__(connection)

    async def confirmed(self, count: int) -> None:
        while self._confirmed < count:
            await self._something(CONNECT_SECONDS)

    async def until_lost(self) -> None:
        """Listen. Raises redis.ConnectionError, and TimeoutError after a silence in which a sign of life was asked for and none came."""
        while True:
            try:
                await self._something(SILENCE_SECONDS)
            except TimeoutError:
                self.write(("PING",))
                await self._something(SILENCE_SECONDS)

    async def _something(self, seconds: float) -> None:
        self._said_something.clear()
        if self._why is None:
            async with asyncio.timeout(seconds):
                await self._said_something.wait()
        if self._why is not None:
            raise self._why

    def received(self, answer: Any) -> None:
        self._said_something.set()
        match answer:
            case [b"message", _, bytes(data)]:
                self._heard(data)
            case [b"subscribe", _, int()]:
                self._confirmed += 1

    def lost(self, why: Disconnected) -> None:
        self._why = why
        self._said_something.set()


@asynccontextmanager
async def subscribed(url: str, channels: Collection[str], heard: Callable[[bytes], None]) -> AsyncIterator[Subscription]:
    """Listen to ``channels``: ``heard`` gets every message from now on. Raises redis.RedisError, OSError, TimeoutError."""
    subscription = Subscription(await _connected(_pool(url)), heard)
    try:
        subscription.write(("SUBSCRIBE", *channels))
        await subscription.confirmed(len(channels))
        yield subscription
    finally:
        subscription.drop()


def _leave(answer: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more, whatever it is going to be or has been."""
    if not answer.cancel() and not answer.cancelled():
        answer.exception()
