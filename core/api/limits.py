"""How much, how fast: moving windows on Redis, counted atomically, for REST, pages and sockets alike.

A scope is a name in ``settings.LIMITS`` with a rate ("5/hour", "60/15 minutes"). Scopes that guard secrets refuse everybody while Redis is
away (``settings.LIMITS_FAIL_CLOSED``); the others let everybody pass.
"""

import contextlib
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse

from core.api.addresses import client_address, limit_key
from core.errors import RateLimited, Unavailable
from core.redis_calls import Script, calls

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one scope says about one caller: ``reset_after`` and ``window`` in seconds; ``along`` are the values that were asked for with it."""

    scope: str
    allowed: bool
    limit: int
    window: int
    remaining: int
    reset_after: float
    along: Mapping[str, bytes | None]


# The uses of one identity, the newest first, in seconds by the clock of Redis. A use leaves the list when it leaves the window, so the list is
# never longer than the limit, and its last entry says when one more becomes possible.
COUNT = Script("""
local time, limit, window = redis.call('TIME'), tonumber(ARGV[1]), tonumber(ARGV[2])
local now = time[1] + time[2] / 1e6
local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], -1)
end
local used = redis.call('LLEN', KEYS[1])
local allowed = used < limit
if allowed then
    redis.call('LPUSH', KEYS[1], string.format('%.6f', now))
    redis.call('PEXPIRE', KEYS[1], window * 1000)
    used = used + 1
end
local left = window
if oldest then left = tonumber(oldest) + window - now end
local answer = {allowed and 1 or 0, limit - used, math.ceil(left * 1e6)}
for number = 2, #KEYS do answer[number + 2] = redis.call('GET', KEYS[number]) end
return answer
""")


def consume(scope: str, identity: str, *, along: Sequence[str] = ()) -> Verdict | None:
    """Count one use of ``scope`` by ``identity``: an address key, an account id, an e-mail. One that is refused does not count.

    ``along`` are keys whose values come back with the verdict: Redis is being asked anyway.

    None while Redis is away and the scope is lenient; raises Unavailable where it fails closed.
    """
    return consume_ahead(scope, identity, along=along)()


def consume_ahead(scope: str, identity: str, *, along: Sequence[str] = ()) -> Callable[[], Verdict | None]:
    """The same, but Redis is asked while something else is done: what is returned waits for the verdict, and is to be called in any case."""
    item = _item(settings.LIMITS[scope])
    window = item.get_expiry()
    try:
        asked = calls(settings.CACHES["default"]["LOCATION"]).script_ahead(COUNT, [_key(scope, item, identity), *along], item.amount, window)
    except redis.RedisError:
        asked = _away

    def verdict() -> Verdict | None:
        try:
            allowed, remaining, microseconds, *values = asked()
        except redis.RedisError:
            if scope in settings.LIMITS_FAIL_CLOSED:
                raise Unavailable from None
            log.warning("limits_unavailable", scope=scope)
            return None
        # The window moves: the oldest use leaves it first, and that is when one more becomes possible.
        reset_after = min(float(window), microseconds / 1e6)
        return Verdict(scope, bool(allowed), item.amount, window, max(0, remaining), reset_after, dict(zip(along, values, strict=True)))

    return verdict


def _away() -> Any:
    raise redis.ConnectionError


def enforce(scope: str, *identities: str) -> list[Verdict]:
    """Count one use by each identity; raises RateLimited when any has had its share."""
    verdicts = [verdict for identity in identities if (verdict := consume(scope, identity)) is not None]
    for verdict in verdicts:
        if not verdict.allowed:
            raise RateLimited(max(1, math.ceil(verdict.reset_after)), details={"scope": scope})
    return verdicts


# Several identities at once, each by how much, all of them or none. What was used is added up in slices of the window, so a key holds a few numbers
# however much is used; a slice is forgotten when the last of it leaves the window.
COUNT_AMOUNT = Script("""
local now, amount, answers, refused = tonumber(redis.call('TIME')[1]), tonumber(ARGV[1]), {}, false
for number, key in ipairs(KEYS) do
    local limit, window, slice = tonumber(ARGV[number * 3 - 1]), tonumber(ARGV[number * 3]), tonumber(ARGV[number * 3 + 1])
    local used, slices, entries = 0, {}, redis.call('HGETALL', key)
    for place = 1, #entries, 2 do
        local leaves = (tonumber(entries[place]) + 1) * slice + window - now
        if leaves <= 0 then
            redis.call('HDEL', key, entries[place])
        else
            used = used + entries[place + 1]
            slices[#slices + 1] = {leaves, tonumber(entries[place + 1])}
        end
    end
    table.sort(slices, function(one, other) return one[1] < other[1] end)
    local allowed, left, reset = used + amount <= limit, limit - used, window
    if slices[1] then reset = slices[1][1] end
    if not allowed then
        refused = true
        for _, entry in ipairs(slices) do
            left, reset = left + entry[2], entry[1]
            if left >= amount then break end
        end
    end
    answers[number] = {allowed and 1 or 0, limit - used, reset}
end
if not refused then
    for number, key in ipairs(KEYS) do
        local window, slice = tonumber(ARGV[number * 3]), tonumber(ARGV[number * 3 + 1])
        redis.call('HINCRBY', key, math.floor(now / slice), amount)
        redis.call('EXPIRE', key, window + slice)
        answers[number][2] = answers[number][2] - amount
    end
end
return answers
""")
SLICES = 24  # of a window: a daily limit forgives by the hour


def consume_amount(amount: int, **counted: str) -> list[Verdict]:
    """Count ``amount`` uses, whole: of each scope in ``counted`` by the identity named there. Where one refuses, none counts.

    Empty while Redis is away and the scopes are lenient; raises Unavailable where one fails closed.
    """
    items = {scope: _item(settings.LIMITS[scope]) for scope in counted}
    keys = [f"{_key(scope, items[scope], identity)}:amount" for scope, identity in counted.items()]
    numbers = [part for item in items.values() for part in (item.amount, item.get_expiry(), max(1, item.get_expiry() // SLICES))]
    try:
        answer = calls(settings.CACHES["default"]["LOCATION"]).script(COUNT_AMOUNT, keys, amount, *numbers)
    except redis.RedisError:
        if settings.LIMITS_FAIL_CLOSED & items.keys():
            raise Unavailable from None
        log.warning("limits_unavailable", scope=next(iter(items)))
        return []
    return [
        Verdict(scope, bool(allowed), item.amount, item.get_expiry(), max(0, remaining), float(min(reset, item.get_expiry())), {})
        for (scope, item), (allowed, remaining, reset) in zip(items.items(), answer, strict=True)
    ]


def forgive(scope: str, identity: str) -> None:
    """Forget what ``identity`` used of ``scope``. While Redis is away there is nothing to forget."""
    with contextlib.suppress(redis.RedisError):
        calls(settings.CACHES["default"]["LOCATION"])("DEL", _key(scope, _item(settings.LIMITS[scope]), identity))


def enforce_request(request: HttpRequest, scope: str, *identities: str) -> list[Verdict]:
    """``enforce`` by the client's address and by whatever else names the caller (the e-mail or number typed in)."""
    return enforce(scope, address_identity(request), *map(name_identity, identities))


def name_identity(name: str) -> str:
    """What names that somebody typed are counted by: one for all the ways to write one mailbox or one person (case, accents, dots, +tags).

    Two mailboxes that share a count because their providers do mind dots lose little; one that has a thousand spellings would lose the limit.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).strip()
    mailbox, at, domain = plain.rpartition("@")
    return f"name:{mailbox.partition('+')[0].replace('.', '')}@{domain}" if at else f"name:{plain}"


def address_identity(request: HttpRequest) -> str:
    return f"address:{limit_key(client_address(request))}"


@lru_cache
def _item(rate: str) -> RateLimitItem:
    return parse(rate)


def _key(scope: str, item: RateLimitItem, identity: str) -> str:
    """A limit that is changed counts anew: what was counted for another window says nothing about this one."""
    return f"limits:{scope}:{item.amount}:{item.get_expiry()}:{identity.strip().casefold()}"
