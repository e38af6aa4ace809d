"""How many sockets a person has open, over all processes.

A set per person in Redis names each socket with its process, and every process keeps a key of its own alive: seats of a process that was
killed stop counting within seconds. When Redis does not answer, each process counts its own sockets: to keep everybody out would be worse. How many
came in that way is counted (``hubbub_socket_seats_unchecked_total``).
"""

import asyncio
import contextlib
from collections.abc import Sequence

from django.conf import settings
from redis.exceptions import RedisError

from core.realtime import metrics
from core.realtime.bus import Bus
from core.realtime.connection import Connection

PROCESS_SECONDS = 15
KEEP_SECONDS = 86_400
CHUNK = 500
UNANSWERED = (RedisError, OSError, TimeoutError)

TAKE = """
local taken = 0
for _, seat in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[3] .. string.sub(seat, 1, 32)) == 1 then taken = taken + 1 else redis.call('SREM', KEYS[1], seat) end
end
if taken >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""


class Seats:
    """The seats this process gives out."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._take = bus.redis.register_script(TAKE)
        self._process_prefix = f"{settings.REALTIME_PREFIX}:process:"
        self._alive = asyncio.Event()
        self._unanswered = False

    async def take(self, wanted: Sequence[tuple[Connection, int]]) -> list[bool]:
        """A seat for each connection, whose person has so many sockets here already; False where all are taken. One round trip for all."""
        limit = settings.REALTIME_SOCKETS_PER_PERSON
        free = [own < limit for _, own in wanted]
        asked = [position for position, is_free in enumerate(free) if is_free]
        if self._unanswered:
            metrics.seats_unchecked.inc(len(asked))
            return free
        if not asked:
            return free
        try:
            async with asyncio.timeout(2):
                await self._alive.wait()
                pipeline = self._bus.redis.pipeline(transaction=False)
                for position in asked:
                    connection, _ = wanted[position]
                    arguments: list[str | int] = [self._seat(connection), limit, self._process_prefix, KEEP_SECONDS]
                    await self._take(keys=[self._key(connection)], args=arguments, client=pipeline)
                for position, taken in zip(asked, await pipeline.execute(), strict=True):
                    free[position] = bool(taken)
        except UNANSWERED:
            metrics.seats_unchecked.inc(len(asked))
        return free

    async def give_back(self, connections: Sequence[Connection]) -> None:
        """One round trip for all."""
        with contextlib.suppress(*UNANSWERED):
            pipeline = self._bus.redis.pipeline(transaction=False)
            for connection in connections:
                pipeline.srem(self._key(connection), self._seat(connection))
            await pipeline.execute()

    async def claim_again(self, connections: Sequence[Connection]) -> None:
        """Redis may have come back empty: enter the seats of this process again."""
        with contextlib.suppress(*UNANSWERED):
            await self._say_alive()
            for start in range(0, len(connections), CHUNK):
                pipeline = self._bus.redis.pipeline(transaction=False)
                for connection in connections[start : start + CHUNK]:
                    if connection.closing is None:
                        pipeline.sadd(self._key(connection), self._seat(connection))
                        pipeline.expire(self._key(connection), KEEP_SECONDS)
                await pipeline.execute()

    async def keep_alive(self) -> None:
        while True:
            try:
                await self._say_alive()
                await asyncio.sleep(PROCESS_SECONDS / 3)
            except UNANSWERED:
                self._unanswered = True
                await asyncio.sleep(1)

    async def _say_alive(self) -> None:
        await self._bus.redis.set(self._process_prefix + self._bus.origin, 1, ex=PROCESS_SECONDS)
        self._alive.set()
        self._unanswered = False

    def _key(self, connection: Connection) -> str:
        return f"{settings.REALTIME_PREFIX}:seats:{connection.user_id}"

    def _seat(self, connection: Connection) -> str:
        return f"{self._bus.origin}:{connection.id}"
