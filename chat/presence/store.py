"""Who is connected, in Redis, on every device, with nothing to tidy up after a crash.

A person is a hash of devices, each with a time of expiry by Redis' own clock and the state it chose. Heartbeats push the times back, and write
everything anew where Redis lost it. ``due`` keeps when each person's last device expires, so that whoever beats next finds those whose process died.
Where Redis does not answer, nobody is known to be online and nothing else stops.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)
EXPIRY_SECONDS = 80  # more than one heartbeat, less than the 90 s in which a dead process has to be noticed
HIDDEN_SECONDS = 900  # after which a person who was invisible and whose device is gone may be seen again
OFFLINE = "offline"
# Strongest first: one device that is invisible hides the person, one that is busy outweighs those that are merely there.
STATES = ("invisible", "busy", "online", "away")

PERSON = """
local now = tonumber(redis.call('TIME')[1])
local function person(key)
    local strongest, rank, devices = 'offline', 0, redis.call('HGETALL', key)
    local ranks = {away = 1, online = 2, busy = 3, invisible = 4}
    for i = 1, #devices, 2 do
        local expires, state = string.match(devices[i + 1], '^(%d+):(%a+)$')
        if tonumber(expires) <= now then
            redis.call('HDEL', key, devices[i])
        elseif ranks[state] > rank then
            strongest, rank = state, ranks[state]
        end
    end
    return strongest
end
local function remember(key, state, seconds)
    if state == 'invisible' then redis.call('SET', key, 1, 'EX', seconds) else redis.call('DEL', key) end
end
"""
TOUCH = (
    PERSON
    + """
local before = person(KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], (now + ARGV[4]) .. ':' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
local after = person(KEYS[1])
remember(KEYS[3], after, ARGV[5])
return {before, after}
"""
)
LEAVE = (
    PERSON
    + """
local before = person(KEYS[1])
redis.call('HDEL', KEYS[1], ARGV[2])
local after = person(KEYS[1])
if after == 'offline' then redis.call('ZREM', KEYS[2], ARGV[1]) else remember(KEYS[3], after, ARGV[3]) end
return {before, after}
"""
)
EXPIRED = """
local now = tonumber(redis.call('TIME')[1])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 500)
if #gone > 0 then redis.call('ZREM', KEYS[1], unpack(gone)) end
return gone
"""
STATE = PERSON + "return person(KEYS[1])"
HIDDEN = "return redis.call('EXISTS', KEYS[1])"


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 1))


def _person(person_id: str) -> str:
    return f"{settings.REALTIME_PREFIX}:presence:{person_id}"


def _hidden(person_id: str) -> str:
    return f"{settings.REALTIME_PREFIX}:presence-hidden:{person_id}"


def _due() -> str:
    return f"{settings.REALTIME_PREFIX}:presence-due"


Device = tuple[str, str, str]  # person, connection, state


def touch(devices: Sequence[Device]) -> list[tuple[str, str]]:
    """Say that these devices are there. Returns for each the person's state before and after; nothing where Redis does not answer."""
    return _evaluate(
        TOUCH,
        [([_person(person), _due(), _hidden(person)], [person, device, state, EXPIRY_SECONDS, HIDDEN_SECONDS]) for person, device, state in devices],
    )


def leave(devices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Say that devices, each a person and a connection, are gone. Returns for each the person's state before and after, as ``touch`` does."""
    return _evaluate(LEAVE, [([_person(person), _due(), _hidden(person)], [person, device, HIDDEN_SECONDS]) for person, device in devices])


def expired() -> list[str]:
    """People whose last device was not heard of in time. Each is given to one caller only."""
    answers: list[Any] = _evaluate(EXPIRED, [([_due()], [])])
    return [str(person) for person in answers[0]] if answers else []


def states(person_ids: Iterable[str]) -> dict[str, str]:
    """Each person's state, OFFLINE for those not known."""
    people = list(person_ids)
    answers: list[Any] = _evaluate(STATE, [([_person(person)], []) for person in people])
    return dict(zip(people, answers or [OFFLINE] * len(people), strict=True))


def unhidden(person_ids: Iterable[str]) -> list[str]:
    """Those who are not invisible, and were not when they were last there, HIDDEN_SECONDS ago or less. Nobody where Redis does not answer."""
    people = list(person_ids)
    return [person for person, hidden in zip(people, _evaluate(HIDDEN, [([_hidden(person)], []) for person in people]), strict=False) if not hidden]


def _evaluate(script: str, calls: Sequence[tuple[list[str], list[Any]]]) -> list[Any]:
    """Run a script for each of ``calls`` in one round trip. Empty where Redis does not answer."""
    if not calls:
        return []
    try:
        client = _client(settings.REALTIME_REDIS_URL)
        with client.pipeline(transaction=False) as pipeline:
            run = pipeline.register_script(script)
            for keys, arguments in calls:
                run(keys=keys, args=arguments, client=pipeline)
            return [tuple(answer) if isinstance(answer, list) else answer for answer in pipeline.execute()]
    except (RedisError, OSError) as error:
        log.warning("presence_unknown", error=type(error).__name__)
        return []
