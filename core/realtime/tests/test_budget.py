"""A person's limits, over all doors and processes. Real processes race for one in ``test_processes``."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from prometheus_client import REGISTRY
from pytest_django import Settings
from redis import asyncio as aioredis

from core.errors import RateLimited
from core.realtime import budget
from core.realtime.budget import Budgets, spend
from core.realtime.limits import Limit
from core.realtime.redis_link import RedisLink
from core.realtime.registry import commands
from core.realtime.tests.people import user_id

ANA = user_id(1)
THREE_A_MINUTE = (Limit(3, 60),)
tasks: set["asyncio.Task[None]"] = set()


def spawn(work: Any) -> None:
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


@pytest.fixture
async def client() -> AsyncIterator[aioredis.Redis]:
    async with aioredis.Redis.from_url(configured.REALTIME_REDIS_URL) as connected:
        yield connected


@pytest.fixture
async def link() -> AsyncIterator[RedisLink]:
    made = RedisLink(configured.REALTIME_REDIS_URL)
    yield made
    made.close()


def unchecked() -> float:
    return REGISTRY.get_sample_value("hubbub_limits_unchecked_total") or 0.0


async def test_processes_share_one_budget(client: aioredis.Redis, link: RedisLink) -> None:
    one, other = Budgets(link, spawn), Budgets(link, spawn)
    assert [await budgets.take(ANA, "test", THREE_A_MINUTE) for budgets in (one, other, one)] == [0, 0, 0]
    for budgets in (one, other):
        assert 0 < await budgets.take(ANA, "test", THREE_A_MINUTE) <= 60
    assert await other.take(user_id(2), "test", THREE_A_MINUTE) == 0
    assert await other.take(ANA, "another", THREE_A_MINUTE) == 0


async def test_what_is_asked_at_the_same_time_is_counted_exactly_in_few_round_trips(client: aioredis.Redis, link: RedisLink) -> None:
    processes = [Budgets(link, spawn) for _ in range(3)]
    before = (await client.info("commandstats")).get("cmdstat_evalsha", {"calls": 0})["calls"]
    people = [user_id(number) for number in range(20)]
    waits = await asyncio.gather(*(budgets.take(person, "test", THREE_A_MINUTE) for budgets in processes for person in people for _ in range(3)))
    assert waits.count(0) == 3 * len(people)
    assert (await client.info("commandstats"))["cmdstat_evalsha"]["calls"] - before < 15


async def test_a_refused_use_is_not_counted_anywhere(client: aioredis.Redis, link: RedisLink) -> None:
    one, other = Budgets(link, spawn), Budgets(link, spawn)
    for _ in range(3):
        await one.take(ANA, "test", THREE_A_MINUTE)
    for _ in range(5):
        assert await other.take(ANA, "test", THREE_A_MINUTE) > 0
    assert len(other.windows) == 0
    assert await client.llen(budget._key(ANA, "test")) == 3


async def test_the_tighter_of_two_limits_counts(client: aioredis.Redis, link: RedisLink) -> None:
    one, other = Budgets(link, spawn), Budgets(link, spawn)
    limits = (Limit(30, 60), Limit(2, 3600))
    assert [await budgets.take(ANA, "test", limits) for budgets in (one, other)] == [0, 0]
    assert await other.take(ANA, "test", limits) > 3000


async def test_without_redis_each_process_counts_alone_and_says_so(settings: Settings) -> None:
    nobody = RedisLink("unix:///nowhere/at/all")
    one, other = Budgets(nobody, spawn), Budgets(nobody, spawn)
    before = unchecked()
    for budgets in (one, other):
        assert [await budgets.take(ANA, "test", THREE_A_MINUTE) for _ in range(3)] == [0, 0, 0]
        assert await budgets.take(ANA, "test", THREE_A_MINUTE) > 0
    assert unchecked() == before + 6
    settings.REALTIME_REDIS_URL = "unix:///nowhere/at/all"
    spend(ANA, "resume")
    assert unchecked() == before + 7


async def test_other_doors_share_the_budget_of_the_sockets(client: aioredis.Redis, link: RedisLink) -> None:
    sockets, limits = Budgets(link, spawn), commands["resume"].limits
    for number in range(20):
        if number % 2:
            assert await sockets.take(ANA, "resume", limits) == 0
        else:
            await asyncio.to_thread(spend, ANA, "resume")
    with pytest.raises(RateLimited) as refused:
        await asyncio.to_thread(spend, ANA, "resume")
    assert refused.value.details["limit"] == "resume"
    assert 0 < refused.value.retry_after <= 60
    assert await sockets.take(ANA, "resume", limits) > 0
    spend(uuid4(), "resume")
    spend(ANA, "ping")


@pytest.mark.parametrize(("text", "limit"), [("30/m", Limit(30, 60)), ("5/s", Limit(5, 1)), ("1/5s", Limit(1, 5)), ("10/2h", Limit(10, 7200))])
def test_a_limit_is_a_count_in_a_time(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize("text", ["", "5", "0/s", "1/0s", "-1/s", "1/5", "1/5d", "1/-5s", "1 / 5s", "x/s", "1/5.5s"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a limit"):
        Limit.parse(text)
