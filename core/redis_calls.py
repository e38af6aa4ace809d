"""Redis for what every request asks of it: one command, one answer, without what a full client does around them.

Connections are kept on a stack: whoever needs one takes the top and puts it back. There are as many as there were calls at once.
"""

from collections import deque
from functools import lru_cache
from hashlib import sha1
from typing import Any

import redis
from redis.exceptions import NoScriptError

SECONDS = 1  # a Redis that hangs must not hang the request that asks it


class Calls:
    """Commands to one Redis. Raises redis.RedisError; a connection that broke while it lay idle is replaced without a word."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=None)
        self._idle: deque[Any] = deque()

    def __call__(self, *command: Any) -> Any:
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._ask(self._pool.make_connection(), command)
        try:
            return self._ask(connection, command)
        except redis.ConnectionError:  # it may have been closed long ago, so the command may not have been read
            return self._ask(self._pool.make_connection(), command)

    def script(self, source: "Script", keys: list[str], *arguments: Any) -> Any:
        """Run a script by its digest; it is sent only where Redis does not know it."""
        try:
            return self("EVALSHA", source.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return self("EVAL", source.text, len(keys), *keys, *arguments)

    def _ask(self, connection: Any, command: tuple[Any, ...]) -> Any:
        try:
            connection.send_packed_command(connection.pack_command(*command), check_health=False)
            answer = connection.read_response()
        except redis.ResponseError:
            self._idle.append(connection)
            raise
        except BaseException:
            connection.disconnect()
            raise
        self._idle.append(connection)
        return answer


class Script:
    """Lua, and the digest Redis knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode()).hexdigest()  # noqa: S324 - what Redis asks for


@lru_cache
def calls(url: str) -> Calls:
    """The connections of this process to the Redis at ``url``."""
    return Calls(url)
