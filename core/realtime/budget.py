"""How often one person may do something, over all processes and doors: sockets here and elsewhere, REST, pages.

Every process counts what it let pass, and Redis counts it for all. A use is refused at once where this process alone knows enough; else Redis is
asked, and what is asked while the last answer is under way is one question: one script, one round trip, however many people. So the count is exact
also when somebody sends over ten sockets at the same time. It costs a message about 0.2 ms of processor where few share a question (400 a second,
by profile, on two cores) and less the more do, beside a commit that takes several milliseconds. Letting processes count alone and tell each other
afterwards would save that and let a person have their burst once for every process they are connected to; shares of a budget would be exact only
for whoever is connected to one.

The order of uses is Redis' own, by Redis' clock. Where it does not answer each process counts alone, and asks again only after some seconds: nobody
waits for a Redis that hangs. How often that was is counted (``hubbub_limits_unchecked_total``).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.errors import RateLimited
from core.realtime import metrics
from core.realtime.limits import Limit, Windows
from core.realtime.redis_link import RedisLink
from core.realtime.registry import commands
from core.realtime.together import Together, answer
from core.redis_calls import Script

log = structlog.get_logger(__name__)
ANSWER_SECONDS = 1.0
SILENT_SECONDS = 5.0  # in which a Redis that did not answer is not asked
QUESTIONS = 256
UNANSWERED = (RedisError, OSError, TimeoutError)

# A list for each person and command: when it was used, newest first, as many as the largest limit counts. Says for each key how many microseconds
# to wait; 0 says that this use was counted.
SPEND = Script("""
local time, waits = redis.call('TIME'), {}
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
    local wait, kept, longest = 0, 0, 0
    for count, seconds in string.gmatch(ARGV[i], '(%d+)/(%d+)') do
        local used = redis.call('LINDEX', key, count - 1)
        if used then wait = math.max(wait, used + seconds * 1000000 - now) end
        kept, longest = math.max(kept, tonumber(count)), math.max(longest, tonumber(seconds))
    end
    if wait <= 0 then
        wait = 0
        redis.call('LPUSH', key, string.format('%.0f', now))
        redis.call('LTRIM', key, 0, kept - 1)
        redis.call('EXPIRE', key, longest + 1)
    end
    waits[i] = wait
end
return waits
""")


@dataclass(frozen=True, slots=True)
class Question:
    """May this be done once more? ``answer`` gets the seconds to wait, 0 for yes."""

    key: str
    limits: str
    answer: "asyncio.Future[float]"


class Budgets:
    """The counts of one process with sockets. Whatever is not a person's, such as a socket that is nobody's yet, is counted in ``windows`` alone."""

    def __init__(self, link: RedisLink, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self.windows = Windows()
        self._redis = link
        self._questions = Together(self._ask, largest=QUESTIONS, at_once=2, spawn=spawn)
        self._silent_until = 0.0

    def close(self) -> None:
        self._redis.close()

    async def take(self, person: str, name: str, limits: tuple[Limit, ...]) -> float:
        """Count one use. Returns 0, or the seconds to wait when it is one too many (and then it is not counted)."""
        if wait := self.windows.take(person, name, limits):
            return wait
        if time.monotonic() < self._silent_until:
            metrics.limits_unchecked.inc()
            return 0.0
        question = Question(_key(person, name), _spelled(limits), asyncio.get_running_loop().create_future())
        self._questions.add(question)
        if wait := await question.answer:
            self.windows.give_back(person, name)
        return wait

    async def _ask(self, questions: Sequence[Question]) -> None:
        waits = [0] * len(questions)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                waits = await self._redis.run(SPEND, [question.key for question in questions], *[question.limits for question in questions])
        except UNANSWERED as error:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            metrics.limits_unchecked.inc(len(questions))
            log.warning("limits_unchecked", error=type(error).__name__)
        finally:
            for question, wait in zip(questions, waits, strict=True):
                answer(question.answer, _seconds(wait))


def spend(person_id: UUID | str, name: str) -> None:
    """Count one use of a socket command that is made by another door, on a thread that may wait. Raises RateLimited.

    Where Redis does not answer everybody passes: this process knows of no other uses.
    """
    limits = commands[name].limits
    if not limits:
        return
    try:
        (wait,) = _client(settings.REALTIME_REDIS_URL).eval(SPEND.text, 1, _key(str(person_id), name), _spelled(limits))
    except UNANSWERED as error:
        metrics.limits_unchecked.inc()
        log.warning("limits_unchecked", error=type(error).__name__)
        return
    if wait:
        raise RateLimited(_seconds(wait), details={"limit": name})


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=None)


@cache
def _spelled(limits: tuple[Limit, ...]) -> str:
    return " ".join(f"{limit.count}/{limit.seconds}" for limit in limits)


def _key(person: str, name: str) -> str:
    return f"{settings.REALTIME_PREFIX}:used:{name}:{person}"


def _seconds(microseconds: int) -> float:
    """At least a millisecond where there is anything to wait for: 0 means yes."""
    return max(0.001, round(microseconds / 1e6, 3)) if microseconds else 0.0
