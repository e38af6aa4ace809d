"""The first page of the public feed, kept for everybody: ids and finished JSON of each post, and nothing that belongs to one viewer.

A page is filed under a generation. Whatever changes what the page shows begins a new one, so a page computed from older rows can never be
taken for a newer one, however long computing took. When a page is missing, one process computes it and the others wait for that. A process keeps
a copy of what it read, so that Redis need only say which generation it is: a few bytes each time, not the page.
"""

import time
from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

import msgspec
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.redis_calls import Calls, calls

log = structlog.get_logger(__name__)
SECONDS_KEPT = 30  # counts of likes and comments may be this old
SECONDS_TO_COMPUTE = 2.0  # after that whoever was computing is taken for dead
SECONDS_TO_WAIT = 5.0  # after that a reader computes for itself
GENERATION = "feeds:public:generation"


class KeptPost(msgspec.Struct, array_like=True, frozen=True):
    """One post: whose it is, and the JSON everybody gets, without its closing brace."""

    id: str
    author_id: str
    body: bytes


class KeptPage(msgspec.Struct, array_like=True, frozen=True):
    """``ids`` is the array of all of them, as PostgreSQL writes it: visibility is asked again for each viewer."""

    posts: list[KeptPost]
    next: str | None
    ids: str


class Copy(NamedTuple):
    """A page as this process has it: what Redis calls it, and until when (time.monotonic) Redis has it."""

    key: bytes
    until: float
    page: KeptPage


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(KeptPage)
_copies: dict[int, Copy] = {}  # by limit


def public_page(limit: int, compute: Callable[[], KeptPage], *, generation: bytes | None = None) -> KeptPage:
    """The first ``limit`` posts of the public feed; ``compute`` makes them when nobody has. Without Redis everybody computes.

    ``generation`` is what the caller has just read of GENERATION: with it, a page this process holds a copy of costs nothing more.
    """
    copy = copy_at_hand(limit)
    if copy is not None and is_of(copy, generation, limit):
        return copy.page
    try:
        return _kept_page(limit, compute)
    except (RedisError, OSError) as error:
        log.warning("feed_cache_unreachable", error=type(error).__name__)
        return compute()


def copy_at_hand(limit: int) -> Copy | None:
    """The page as this process last read it, which need not be the one of now: ``is_of`` says so."""
    copy = _copies.get(limit)
    return copy if copy is not None and time.monotonic() < copy.until else None


def is_of(copy: Copy, generation: bytes | None, limit: int) -> bool:
    """Whether this is the page of ``generation``, which is None where Redis did not say."""
    return generation is not None and copy.key == _key(generation, limit)


def forget_public_page() -> None:
    """What the page shows has changed."""
    try:
        _redis()("SET", GENERATION, uuid4().hex)
    except (RedisError, OSError) as error:
        log.warning("feed_cache_unreachable", error=type(error).__name__)


def _kept_page(limit: int, compute: Callable[[], KeptPage]) -> KeptPage:
    ask, give_up = _redis(), time.monotonic() + SECONDS_TO_WAIT
    while True:
        key = _key(ask("GET", GENERATION) or _first_generation(ask), limit)
        copy = _copies.get(limit)
        if copy is not None and copy.key == key and time.monotonic() < copy.until:
            return copy.page
        if kept := ask("GET", key):
            page = _decoder.decode(kept)
            _copies[limit] = Copy(key, time.monotonic() + ask("PTTL", key) / 1000, page)
            return page
        if time.monotonic() > give_up or ask("SET", key + b":claim", b"1", "NX", "PX", int(SECONDS_TO_COMPUTE * 1000)):
            page, until = compute(), time.monotonic() + SECONDS_KEPT
            ask("SET", key, _encoder.encode(page), "EX", SECONDS_KEPT)
            _copies[limit] = Copy(key, until, page)
            return page
        time.sleep(0.01)


def _key(generation: bytes, limit: int) -> bytes:
    return b"feeds:public:%s:%d" % (generation, limit)


def _first_generation(ask: Calls) -> bytes:
    """Names are random, so that after Redis lost everything no page of before, which a process still holds, can pass for one of now."""
    ask("SET", GENERATION, uuid4().hex, "NX")
    generation: bytes = ask("GET", GENERATION)
    return generation


def _redis() -> Calls:
    return calls(settings.CACHES["default"]["LOCATION"])
