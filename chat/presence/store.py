"""Who is connected, in Redis, on every device, with nothing to tidy up after a crash.

A person is a hash of devices, each with a time of expiry by Redis' own clock. Heartbeats push the times back, and write everything anew where
Redis lost it. ``due`` keeps when each person's last device expires, so that whoever beats next finds those whose process died. How people want to
be seen is not here but in PostgreSQL (``User.seen_as``): Redis may forget everything, and still nobody is betrayed.
Where Redis does not answer, nobody is known to be there and nothing else stops.
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

PERSON = """
local now = tonumber(redis.call('TIME')[1])
local function person(key)
    local there, devices = 0, redis.call('HGETALL', key)
    for i = 1, #devices, 2 do
        local expires = string.match(devices[i + 1], '^%d+')
        if tonumber(expires) <= now then redis.call('HDEL', key, devices[i]) else there = 1 end
    end
    return there
end
"""
TOUCH = (
    PERSON
    + """
local before = person(KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], now + ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return before
"""
)
LEAVE = (
    PERSON
    + """
local before = person(KEYS[1])
redis.call('HDEL', KEYS[1], ARGV[2])
local after = person(KEYS[1])
if after == 0 then redis.call('ZREM', KEYS[2], ARGV[1]) end
return before - after
"""
)
EXPIRED = """
local now = tonumber(redis.call('TIME')[1])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 500)
if #gone > 0 then redis.call('ZREM', KEYS[1], unpack(gone)) end
return gone
"""
THERE = PERSON + "return person(KEYS[1])"

Device = tuple[str, str]  # person, connection


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 1))


def _person(person_id: str) -> str:
    return f"{settings.REALTIME_PREFIX}:presence:{person_id}"


def _due() -> str:
    return f"{settings.REALTIME_PREFIX}:presence-due"


def touch(devices: Sequence[Device]) -> list[str]:
    """Say that these devices are there. Returns the people who were not before; nobody where Redis does not answer."""
    before = _evaluate(TOUCH, [([_person(person), _due()], [person, device, EXPIRY_SECONDS]) for person, device in devices])
    return [person for (person, _), there in zip(devices, before, strict=False) if not there]


def leave(devices: Sequence[Device]) -> list[str]:
    """Say that these devices are gone. Returns the people who went with their last one; nobody where Redis does not answer."""
    went = _evaluate(LEAVE, [([_person(person), _due()], [person, device]) for person, device in devices])
    return [person for (person, _), gone in zip(devices, went, strict=False) if gone]


def expired() -> list[str]:
    """People whose last device was not heard of in time. Each is given to one caller only."""
    answers: list[Any] = _evaluate(EXPIRED, [([_due()], [])])
    return [str(person) for person in answers[0]] if answers else []


def there(person_ids: Iterable[str]) -> set[str]:
    """Those of these people who have a device that is there."""
    people = list(person_ids)
    return {person for person, is_there in zip(people, _evaluate(THERE, [([_person(person)], []) for person in people]), strict=False) if is_there}


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
            return list(pipeline.execute())
    except (RedisError, OSError) as error:
        log.warning("presence_unknown", error=type(error).__name__)
        return []
