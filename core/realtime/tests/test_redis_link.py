"""Commands to Redis over one connection, in order, and what is heard over another: whatever happens to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import structlog
from django.conf import settings as configured
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError

from core.realtime import redis_link
from core.realtime.bus import Batch, Bus, Deliver, Operation, channel_of, encode
from core.realtime.redis_link import RedisLink, subscribed
from core.realtime.tests.own_redis import PATIENCE, OwnRedis
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


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_is_published_is_heard_in_order_from_the_moment_on(link: RedisLink) -> None:
    heard: list[bytes] = []
    async with subscribed(configured.REALTIME_REDIS_URL, ["test:one", "test:two"], heard.append):
        await link.all([("PUBLISH", f"test:{channel}", f"{channel} {number}") for number in range(50) for channel in ("one", "two", "three")])
        await until(lambda: len(heard) >= 100)
    assert heard == [f"{channel} {number}".encode() for number in range(50) for channel in ("one", "two")]
    async with asyncio.timeout(PATIENCE):
        while await link("PUBLISH", "test:one", "to nobody"):
            await asyncio.sleep(0.01)


async def test_a_redis_that_says_nothing_more_is_given_up_and_one_with_nothing_to_say_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "SILENCE_SECONDS", 0.5)
    own_redis = OwnRedis(tmp_path)
    try:
        await own_redis.answers()
        async with subscribed(own_redis.url, ["quiet"], lambda _: None) as subscription:
            listening = asyncio.ensure_future(subscription.until_lost())
            await asyncio.sleep(1.5)
            assert not listening.done()
            own_redis.hang()
            with pytest.raises(TimeoutError):
                await listening
            own_redis.go_on()
        async with subscribed(own_redis.url, ["quiet"], lambda _: None) as subscription:
            listening = asyncio.ensure_future(subscription.until_lost())
            own_redis.kill()
            with pytest.raises(Disconnected):
                await listening
    finally:
        own_redis.end()


async def test_the_bus_hears_others_but_not_itself_and_goes_on_past_what_it_cannot_read(link: RedisLink) -> None:
    heard: list[Operation] = []
    bus = Bus(heard.append, lambda: None)
    bus.start()
    try:
        await asyncio.wait_for(bus.connected.wait(), PATIENCE)
        ours, theirs = (Deliver(["room"], frame=frame) for frame in ("ours", "theirs"))
        bus.publish(ours)
        await bus.flush()
        with structlog.testing.capture_logs() as logs:
            for said in (b"not a batch", encode(Batch(bus.origin, [ours])), encode(Batch("another", [theirs]))):
                await link("PUBLISH", channel_of(0), said)
            await until(lambda: bool(heard))
        assert [entry["event"] for entry in logs] == ["hub_batch_unreadable"]
        assert heard == [theirs]
    finally:
        await bus.stop()
