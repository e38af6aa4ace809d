"""Groups are made of what came in while the last one was worked at."""

import asyncio

from core.realtime.testing import until
from core.realtime.tests.test_budget import spawn
from core.realtime.together import Together


async def test_what_comes_while_a_group_is_worked_at_makes_up_the_next() -> None:
    groups: list[list[int]] = []
    gate = asyncio.Event()

    async def work(group: list[int]) -> None:
        groups.append(group)
        await gate.wait()

    together = Together(work, largest=3, at_once=1, spawn=spawn)
    together.add(1)
    await until(lambda: groups)
    for number in range(2, 7):
        together.add(number)
    gate.set()
    await until(lambda: sum(map(len, groups)) == 6)
    assert groups == [[1], [2, 3, 4], [5, 6]]


async def test_a_group_that_fails_does_not_keep_the_next_waiting() -> None:
    done: list[int] = []

    async def work(group: list[int]) -> None:
        if 1 in group:
            raise RuntimeError
        done.extend(group)

    together = Together(work, largest=1, at_once=1, spawn=spawn)
    for number in (1, 2, 3):
        together.add(number)
    await until(lambda: done == [2, 3])
