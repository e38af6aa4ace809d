"""Commands to Redis over one connection: in order, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError

from core.realtime.redis_link import RedisLink
from core.realtime.tests.own_redis import OwnRedis
from core.redis_calls import Script


@pytest.fixture
async def link() -> AsyncIterator[RedisLink]:
    made = RedisLink(configured.REALTIME_REDIS_URL)
    yield made
    made.close()


async def test_answers_come_in_the_order_of_the_commands(link: RedisLink) -> None:
    said = [str(number) for number in range(200)]
    assert await asyncio.gather(*(link("ECHO", word) for word in said)) == [word.encode() for word in said]
    assert await link.all([("ECHO", "one"), ("ECHO", b"\x00two")]) == [b"one", b"\x00two"]


async def test_a_refusal_is_of_its_command_alone(link: RedisLink) -> None:
    refused, fine = asyncio.ensure_future(link("NO-SUCH-COMMAND")), asyncio.ensure_future(link("ECHO", "still here"))
    with pytest.raises(ResponseError):
        await refused
    assert await fine == b"still here"
    with pytest.raises(ResponseError):
        await link.all([("ECHO", "first"), ("NO-SUCH-COMMAND",), ("NOR-THIS",)])
    assert await link("ECHO", "and now") == b"and now"


async def test_a_script_is_sent_where_redis_does_not_know_it(link: RedisLink) -> None:
    script = Script("return ARGV[1]")
    await link("SCRIPT", "FLUSH")
    assert [await link.run(script, [], "a"), await link.run(script, [], "b")] == [b"a", b"b"]


async def test_who_gives_up_waiting_gives_the_connection_up_with_all_who_wait_on_it(link: RedisLink) -> None:
    first = await link("CLIENT", "ID")
    other = asyncio.ensure_future(link("BLPOP", "test:nothing-here", 30))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await link("BLPOP", "test:nothing-here", 30)
    with pytest.raises(Disconnected):
        await other
    assert await link("CLIENT", "ID") != first


async def test_a_redis_that_was_gone_is_found_again(tmp_path: Path) -> None:
    own_redis = OwnRedis(tmp_path)
    link = RedisLink(own_redis.url)
    try:
        await own_redis.answers()
        waiting = asyncio.ensure_future(link("BLPOP", "nothing-here", 30))
        assert await link.all([]) == []
        await asyncio.sleep(0.1)
        own_redis.kill()
        with pytest.raises(Disconnected):
            await waiting
        with pytest.raises((Disconnected, OSError)):
            await link("PING")
        own_redis.start()
        await own_redis.answers()
        assert await asyncio.gather(*(link("PING") for _ in range(20))) == [b"PONG"] * 20
    finally:
        link.close()
        own_redis.end()
