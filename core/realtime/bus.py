"""Between the processes: what one of them pushes, all of them hear.

Every process with sockets holds one subscription to a fixed number of hub groups, onto which rooms hash (so that a fleet can one day be split by
group). What was queued while the last publish was under way goes out together. Redis keeps nothing: when the subscription breaks, it is made
again within a second or two, and the hub is told that it may have missed something. Channels' own pub/sub layer cannot tell, which is why
this is not built on it.
"""

import asyncio
import contextlib
import zlib
from collections.abc import Callable, Iterable
from uuid import uuid4

import msgspec
import structlog
from django.conf import settings
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from core.realtime import metrics
from core.realtime.redis_link import RedisLink, subscribed

log = structlog.get_logger(__name__)
GROUPS = 16
QUEUE_LIMIT = 20_000  # operations kept for other processes while Redis does not answer; past it the oldest are given up
RETRY_SECONDS = 0.5
PUBLISH_SECONDS = 5.0
CONNECTIONS = 16


class Deliver(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """Give ``frame`` to everyone in any of ``rooms``, once, but not to the connection or the person ``exclude``.

    With a ``position`` it is that number in the order of its one room: nobody gets it twice, or before the one before it.
    """

    rooms: list[str]
    frame: str
    exclude: str | None = None
    position: int | None = None


class Join(msgspec.Struct, frozen=True, array_like=True, tag="j"):
    """Put every socket of a person into a room, where the last that was pushed in order is number ``position``: what comes next comes after that."""

    user: str
    room: str
    position: int | None = None


class Leave(msgspec.Struct, frozen=True, array_like=True, tag="l"):
    """Take every socket of a person out of a room."""

    user: str
    room: str


class Disconnect(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    """Close every socket in a room, after a last frame."""

    room: str
    code: int
    reason: str
    frame: str | None = None


class AskAgain(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """Have access to these rooms asked again, of everyone in them."""

    rooms: list[str]


class Missed(msgspec.Struct, frozen=True, array_like=True, tag="m"):
    """The sender could not publish for a while: what it had to say was lost on the way."""


Operation = Deliver | Join | Leave | Disconnect | AskAgain | Missed


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """What one publish carries."""

    origin: str
    operations: list[Operation]


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Batch).decode


def group_of(operation: Operation) -> int:
    """The hub group an operation travels in: its room's. One person's joins and leaves keep their order among themselves."""
    match operation:
        case Deliver(rooms=[name, *_]) | AskAgain(rooms=[name, *_]) | Disconnect(room=name) | Join(room=name) | Leave(room=name):
            return zlib.crc32(name.encode()) % GROUPS
    return 0


def channel_of(group: int) -> str:
    return f"{settings.REALTIME_PREFIX}:hub:{group}"


async def end(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancel, and again while need be: a cancellation that meets the Redis client while it connects can get lost there."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


class Bus:
    """The link of one process. ``heard`` gets what others publish, and does not raise; ``gap`` is called when something may have been missed."""

    def __init__(self, heard: Callable[[Operation], None], gap: Callable[[], None]) -> None:
        self.origin = uuid4().hex
        self.connected = asyncio.Event()
        self._as_ours = encode(Batch(self.origin, []))[:-1]  # how what we publish begins: it is ours when it comes back to us
        self._heard = heard
        self._gap = gap
        self._redis = aioredis.Redis(
            connection_pool=aioredis.BlockingConnectionPool.from_url(
                settings.REALTIME_REDIS_URL, max_connections=CONNECTIONS, timeout=2, socket_connect_timeout=2, socket_timeout=5, retry=None
            )
        )
        self._out = RedisLink(settings.REALTIME_REDIS_URL)
        self._queue: list[Operation] = []
        self._wake = asyncio.Event()
        self._lost = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def redis(self) -> aioredis.Redis:
        return self._redis

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._publish_queued(), name="hub-publish"), asyncio.create_task(self._listen(), name="hub-listen")]

    async def stop(self) -> None:
        await end(self._tasks)
        self._out.close()
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    def publish(self, operation: Operation) -> None:
        """Queue for the other processes."""
        if len(self._queue) >= QUEUE_LIMIT:
            del self._queue[: QUEUE_LIMIT // 10]
            self._lost = True
            metrics.push_failures.inc(QUEUE_LIMIT // 10)
        self._queue.append(operation)
        self._wake.set()

    async def flush(self) -> None:
        """Wait until what is queued now was published or given up."""
        while self._queue and not self._lost:
            await asyncio.sleep(0.01)

    async def _publish_queued(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            queued, self._queue = self._queue, []
            if self._lost:
                queued.insert(0, Missed())
            groups: dict[int, list[Operation]] = {}
            for operation in queued:
                groups.setdefault(group_of(operation), []).append(operation)
            try:
                async with asyncio.timeout(PUBLISH_SECONDS):
                    batches = [(group, encode(Batch(self.origin, operations))) for group, operations in groups.items()]
                    await self._out.all([("PUBLISH", channel_of(group), batch) for group, batch in batches])
                self._lost = False
            except (RedisError, OSError, TimeoutError) as error:
                metrics.push_failures.inc(len(queued))
                if not self._lost:
                    log.warning("hub_publish_failed", operations=len(queued), error=type(error).__name__)
                self._lost = True
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    async def _listen(self) -> None:
        """Stay subscribed. Each time but the first, whatever was published in between is unknown to us: that is a gap."""
        first = True
        while True:
            try:
                async with subscribed(settings.REALTIME_REDIS_URL, [channel_of(group) for group in range(GROUPS)], self._take) as subscription:
                    self.connected.set()
                    if not first:
                        log.info("hub_subscription_restored")
                        self._gap()
                    await subscription.until_lost()
            except (RedisError, OSError, TimeoutError) as error:
                if self.connected.is_set():
                    log.warning("hub_subscription_lost", error=type(error).__name__)
                self.connected.clear()
                first = False
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self, data: bytes) -> None:
        if data.startswith(self._as_ours):
            return
        try:
            batch = decode(data)
        except msgspec.MsgspecError:
            log.exception("hub_batch_unreadable")
            return
        for operation in batch.operations:
            self._heard(operation)
