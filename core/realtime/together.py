"""Doing for many at once what would be asked for one by one: what comes in while a group is worked at makes up the next group.

Nothing waits for a timer. Alone, something is a group of one; the more comes in, the more of it shares a query or a round trip.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)
Item = TypeVar("Item")


class Together(Generic[Item]):
    """Gives ``work`` groups of up to ``largest``, ``at_once`` of them at the same time, in the order they came. ``spawn`` keeps the tasks."""

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[None]],
        *,
        largest: int,
        at_once: int,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._work = work
        self._largest = largest
        self._at_once = at_once
        self._spawn = spawn
        self._waiting: deque[Item] = deque()
        self._groups = 0

    def add(self, item: Item) -> None:
        self._waiting.append(item)
        if self._groups < self._at_once:
            self._groups += 1
            self._spawn(self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(self._largest, len(self._waiting)))]
                try:
                    await self._work(group)
                except Exception:  # of that group alone: the next one is not kept waiting
                    log.exception("group_failed", items=len(group))
        finally:
            self._groups -= 1


def answer(future: "asyncio.Future[Any]", result: Any) -> None:
    """Give a waiting future its result, unless whoever waited has gone."""
    if not future.done():
        future.set_result(result)
