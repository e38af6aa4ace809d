"""Redis for what every request asks of it: one command, one answer, without what a full client does around them.

Connections are kept on a stack: whoever needs one takes the top and puts it back. There are as many as there were calls at once.
"""

import socket
import struct
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha1
from typing import Any

import hiredis
import redis
from redis.exceptions import NoScriptError

SECONDS = 1  # a Redis that hangs must not hang the request that asks it
TIMEVAL = struct.pack("ll", SECONDS, 0)
CHUNK = 65_536  # bytes read at once
EVER_MADE = 2**63  # connections: the pool only makes them here, so it counts those that are gone, too
INCOMPLETE = object()


class Calls:
    """Commands to one Redis. Raises redis.RedisError; a connection that broke while it lay idle is replaced without a word."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=None, max_connections=EVER_MADE)
        self._idle: deque[Wire] = deque()

    def __call__(self, *command: Any) -> Any:
        return self.ahead(*command)()

    def ahead(self, *command: Any) -> Callable[[], Any]:
        """Send a command, and return what waits for its answer.

        That is to be called whatever happens in between: till then the command may not have been sent, and its connection is nobody else's.
        """
        packed = hiredis.pack_command(command)
        try:
            wire = self._idle.pop()
        except IndexError:
            return lambda: self._anew(packed)
        try:
            wire.send(packed)
        except redis.ConnectionError:  # it may have been closed long ago
            wire.close()
            return lambda: self._anew(packed)
        return lambda: self._answered(wire, packed)

    def script(self, source: "Script", keys: list[str], *arguments: Any) -> Any:
        """Run a script by its digest; it is sent only where Redis does not know it."""
        return self.script_ahead(source, keys, *arguments)()

    def script_ahead(self, source: "Script", keys: list[str], *arguments: Any) -> Callable[[], Any]:
        """The same, as ``ahead``."""
        answer = self.ahead("EVALSHA", source.digest, len(keys), *keys, *arguments)

        def known_or_sent() -> Any:
            try:
                return answer()
            except NoScriptError:
                return self("EVAL", source.text, len(keys), *keys, *arguments)

        return known_or_sent

    def _answered(self, wire: "Wire", packed: bytes) -> Any:
        try:
            return self._received(wire)
        except redis.ConnectionError:  # closed long ago, so the command may not have been read
            return self._anew(packed)

    def _anew(self, packed: bytes) -> Any:
        wire = Wire(self._pool)
        try:
            wire.send(packed)
        except BaseException:
            wire.close()
            raise
        return self._received(wire)

    def _received(self, wire: "Wire") -> Any:
        try:
            answer = wire.receive()
        except BaseException:
            wire.close()
            raise
        self._idle.append(wire)
        if isinstance(answer, redis.ResponseError):
            raise answer
        return answer


class Wire:
    """One connection, made by redis-py, which knows how to sign in. After that the system minds the time, and not Python around each byte."""

    def __init__(self, pool: redis.ConnectionPool) -> None:
        connection: Any = pool.make_connection()
        connection.connect()
        self._connection = connection
        self._socket: socket.socket = connection._sock
        self._reader = hiredis.Reader(replyError=refusal, notEnoughData=INCOMPLETE)
        self._give_up_in_time()

    def _give_up_in_time(self) -> None:
        if type(self._socket) is socket.socket:  # one with TLS must count the time itself
            self._socket.settimeout(None)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                self._socket.setsockopt(socket.SOL_SOCKET, option, TIMEVAL)

    def send(self, packed: bytes) -> None:
        """Raises redis.TimeoutError, redis.ConnectionError."""
        try:
            self._socket.sendall(packed)
        except OSError as error:
            raise _as_of_redis(error) from error

    def receive(self) -> Any:
        """The answer; a ResponseError where Redis refuses. Raises as ``send``."""
        reader = self._reader
        try:
            while (answer := reader.gets()) is INCOMPLETE:
                if not (received := self._socket.recv(CHUNK)):
                    raise redis.ConnectionError("Redis closed the connection.")
                reader.feed(received)
        except (OSError, hiredis.ProtocolError) as error:
            raise _as_of_redis(error) from error
        return answer

    def close(self) -> None:
        self._connection.disconnect()


def _as_of_redis(error: Exception) -> redis.RedisError:
    if isinstance(error, BlockingIOError | TimeoutError):
        return redis.TimeoutError("Redis did not answer in time.")
    return redis.ConnectionError(str(error))


def refusal(text: str) -> redis.ResponseError:
    """What is raised for an error that Redis answers with."""
    return NoScriptError(text) if text.startswith("NOSCRIPT") else redis.ResponseError(text)


class Script:
    """Lua, and the digest Redis knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode()).hexdigest()  # noqa: S324 - what Redis asks for


@lru_cache
def calls(url: str) -> Calls:
    """The connections of this process to the Redis at ``url``."""
    return Calls(url)
