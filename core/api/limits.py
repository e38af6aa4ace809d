"""How much, how fast: moving windows on Redis, counted atomically, for REST, pages and sockets alike.

A scope is a name in ``settings.LIMITS`` with a rate ("5/hour", "60/15 minutes"). Scopes that guard secrets refuse everybody while Redis is
away (``settings.LIMITS_FAIL_CLOSED``); the others let everybody pass.
"""

import contextlib
import math
import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from core.api.addresses import client_address, limit_key
from core.errors import RateLimited, Unavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one scope says about one caller: ``reset_after`` and ``window`` in seconds."""

    scope: str
    allowed: bool
    limit: int
    window: int
    remaining: int
    reset_after: float


def consume(scope: str, identity: str) -> Verdict | None:
    """Count one use of ``scope`` by ``identity``: an address key, an account id, an e-mail.

    None while Redis is away and the scope is lenient; raises Unavailable where it fails closed.
    """
    item = _item(settings.LIMITS[scope])
    limiter = _limiter(settings.CACHES["default"]["LOCATION"])
    identity = identity.strip().casefold()
    try:
        allowed = limiter.hit(item, scope, identity)
        stats = limiter.get_window_stats(item, scope, identity)
    except redis.RedisError:
        if scope in settings.LIMITS_FAIL_CLOSED:
            raise Unavailable from None
        log.warning("limits_unavailable", scope=scope)
        return None
    window = item.get_expiry()
    # The window moves: the oldest use leaves it first, and that is when one more becomes possible.
    reset_after = min(float(window), max(0.0, stats.reset_time - time.time()))
    return Verdict(scope, allowed, item.amount, window, max(0, stats.remaining), reset_after)


def enforce(scope: str, *identities: str) -> list[Verdict]:
    """Count one use by each identity; raises RateLimited when any has had its share."""
    verdicts = [verdict for identity in identities if (verdict := consume(scope, identity)) is not None]
    for verdict in verdicts:
        if not verdict.allowed:
            raise RateLimited(max(1, math.ceil(verdict.reset_after)), details={"scope": scope})
    return verdicts


def forgive(scope: str, identity: str) -> None:
    """Forget what ``identity`` used of ``scope``. While Redis is away there is nothing to forget."""
    with contextlib.suppress(redis.RedisError):
        _limiter(settings.CACHES["default"]["LOCATION"]).clear(_item(settings.LIMITS[scope]), scope, identity.strip().casefold())


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


@lru_cache
def _limiter(location: str) -> MovingWindowRateLimiter:
    # Short timeouts: a Redis that hangs must not hang the request that asks it.
    pool = redis.BlockingConnectionPool.from_url(location, socket_timeout=1, socket_connect_timeout=1, max_connections=32, timeout=1)
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="limits"))
