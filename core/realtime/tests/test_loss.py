"""What is lost on the way between processes is confessed by whoever lost it, without waiting for something else to say."""

import asyncio
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from core.realtime import push
from core.realtime.bus import GROUPS, Deliver, Missed, channel_of, decode
from core.realtime.connection import Connection
from core.realtime.hub import Hub, current_hub
from core.realtime.push import _Publisher
from core.realtime.registry import hooks, room_kinds
from core.realtime.sockets import ask_again_of_all
from core.realtime.testing import SocketError, until
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


async def test_an_asking_that_comes_while_a_room_is_joined_is_not_undone(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, may_go_on = threading.Event(), threading.Event()
    answers = [[user_id(1)], []]

    def authorise(person_ids: Collection[str], key: str) -> Collection[str]:
        answer = answers.pop(0)
        asked.set()
        may_go_on.wait(20)
        return answer

    monkeypatch.setitem(room_kinds, "test-slow", authorise)
    socket = await connect("1.1")
    joining = asyncio.ensure_future(socket.call("room:join", {"room": "test-slow:1"}))
    await asyncio.to_thread(asked.wait, 20)
    push.ask_again("test-slow:1")
    may_go_on.set()
    with pytest.raises(SocketError) as refused:
        await joining
    assert refused.value.code == "not_found"
    assert "test-slow:1" not in current_hub().rooms


async def test_rooms_are_asked_about_again_after_a_gap_each_once_for_everybody_in_it(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []
    allowed = {user_id(number) for number in (1, 2, 3)}

    def authorise(person_ids: Collection[str], key: str) -> Collection[str]:
        asked.append((len(person_ids), key))
        return allowed

    monkeypatch.setitem(room_kinds, "test-room", authorise)
    hooks.missed.append(ask_again_of_all)
    sockets = [await connect(f"{number}.{number}") for number in (1, 2, 3)]
    for socket in sockets:
        await socket.call("room:join", {"room": "test-room:1"})
    asked.clear()
    allowed.remove(user_id(2))
    current_hub().missed()
    await until(lambda: len(current_hub().rooms["test-room:1"]) == 2)
    assert asked == [(3, "1")]
    assert {connection.user_id for connection in current_hub().rooms["test-room:1"]} == allowed
