"""Chat while Redis accepts everything and answers nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from chat.conftest import Connect
from chat.messages.tests.talking import numbers, pair, write
from core.realtime.tests.own_redis import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_redis(tmp_path: Path, settings: Settings) -> Iterator[OwnRedis]:
    started = OwnRedis(tmp_path)
    settings.REALTIME_REDIS_URL = started.url
    yield started
    started.end()


async def test_messages_are_acknowledged_and_delivered_and_sockets_come_while_redis_hangs(own_redis: OwnRedis, connect: Connect) -> None:
    await own_redis.answers()
    ana, ben, conversation = await pair()
    anas, bens = await connect(ana), await connect(ben)
    own_redis.hang()
    assert [(await write(anas, conversation, str(number)))["seq"] for number in range(1, 4)] == [1, 2, 3]
    assert await numbers(bens, 3) == [1, 2, 3]
    late = await connect(ben)
    answer = await late.call("resume", {"conversations": {str(conversation.pk): 1}})
    assert answer["conversations"][str(conversation.pk)] == {"last_seq": 3, "head": 3}
    assert await numbers(late, 2) == [2, 3]
    own_redis.go_on()
    await write(anas, conversation, "4")
    for socket in (bens, late):
        assert await numbers(socket, 1) == [4]
    watched = await anas.call("presence:subscribe", {"users": [str(ben.pk)]})
    assert [one["user"] for one in watched["presence"]] == [str(ben.pk)]
