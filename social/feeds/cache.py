"""The first page of the public feed, kept for everybody: ids and finished JSON of each post, and nothing that belongs to one viewer.

A page is filed under a generation. Whatever changes what the page shows raises the generation, so a page computed from older rows can never be
taken for a newer one, however long computing took. When a page is missing, one process computes it and the others wait for that.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
SECONDS_KEPT = 30  # counts of likes and comments may be this old
SECONDS_TO_COMPUTE = 2.0  # after that whoever was computing is taken for dead
SECONDS_TO_WAIT = 5.0  # after that a reader computes for itself
GENERATION = "feeds:public:generation"


class KeptPost(msgspec.Struct, array_like=True, frozen=True):
    """One post: what is needed to ask visibility again and to say whose it is, and the JSON everybody gets, without its closing brace."""

    id: UUID
    author_id: UUID
    body: bytes


class KeptPage(msgspec.Struct, array_like=True, frozen=True):
    posts: list[KeptPost]
    next: str | None


_client = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_connect_timeout=1, socket_timeout=1)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(KeptPage)


def public_page(limit: int, compute: Callable[[], KeptPage]) -> KeptPage:
    """The first ``limit`` posts of the public feed; ``compute`` makes them when nobody has. Without Redis everybody computes."""
    try:
        return _kept_page(limit, compute)
    except (RedisError, OSError) as error:
        log.warning("feed_cache_unreachable", error=type(error).__name__)
        return compute()


def forget_public_page() -> None:
    """What the page shows has changed."""
    try:
        _client.incr(GENERATION)
    except (RedisError, OSError) as error:
        log.warning("feed_cache_unreachable", error=type(error).__name__)


def _kept_page(limit: int, compute: Callable[[], KeptPage]) -> KeptPage:
    give_up = time.monotonic() + SECONDS_TO_WAIT
    while True:
        generation: Any = _client.get(GENERATION) or b"0"
        key = b"feeds:public:%s:%d" % (generation, limit)
        kept: Any = _client.get(key)
        if kept:
            return _decoder.decode(kept)
        if time.monotonic() > give_up or _client.set(key + b":claim", b"1", nx=True, px=int(SECONDS_TO_COMPUTE * 1000)):
            page = compute()
            _client.set(key, _encoder.encode(page), ex=SECONDS_KEPT)
            return page
        time.sleep(0.01)
