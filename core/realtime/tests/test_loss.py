"""What is lost on the way between processes is confessed by whoever lost it, without waiting for something else to say."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import redis
from pytest_django import Settings

from core.realtime.bus import GROUPS, Deliver, Missed, channel_of, decode
from core.realtime.connection import Connection
from core.realtime.hub import Hub, current_hub
from core.realtime.push import _Publisher
from core.realtime.registry import hooks
from core.realtime.testing import until
from core.realtime.tests.conftest import Connect
from core.realtime.tests.own_redis import PATIENCE, OwnRedis
from core.realtime.tests.people import user_id


async def test_a_process_without_sockets_says_by_itself_that_something_was_lost(tmp_path: Path, settings: Settings) -> None:
    own_redis = OwnRedis(tmp_path)
    settings.REALTIME_REDIS_URL = own_redis.url
    try:
        await own_redis.answers()
        own_redis.kill()
        await asyncio.to_thread(_Publisher().publish, Deliver(["test:room"], "{}"))
        own_redis.start()
        await own_redis.answers()
        with redis.Redis.from_url(own_redis.url) as client, client.pubsub() as heard:
            heard.subscribe(*(channel_of(group) for group in range(GROUPS)))
            async with asyncio.timeout(PATIENCE):
                while (message := await asyncio.to_thread(heard.get_message, timeout=1)) is None or message["type"] != "message":
                    continue
            assert decode(message["data"]).operations == [Missed()]
    finally:
        own_redis.end()


async def test_missing_something_many_times_at_once_is_made_good_once(connect: Connect) -> None:
    calls: list[int] = []

    async def slowly(connections: Sequence[Connection]) -> None:
        calls.append(len(connections))
        await asyncio.sleep(0.1)

    hooks.missed.append(slowly)
    await connect("1.1")
    hub = current_hub()
    for _ in range(20):
        hub.missed()
    await until(lambda: not hub._mending)
    assert calls == [1]


async def test_a_connection_that_is_gone_enters_nothing(connect: Connect) -> None:
    socket = await connect("1.1")
    hub: Hub = current_hub()
    (connection,) = hub.connections.values()
    await socket.close()
    connection.join(f"test:{user_id(1)}")
    assert not hub.rooms
