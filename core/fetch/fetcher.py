"""Fetching what somebody else's URL points at, as if it were written to hurt us.

A name is resolved once and the connection goes to the address that was checked, so a second answer cannot differ; addresses that lead into
private networks, also wrapped in IPv6 transition forms, are refused; every redirect is checked as the first address was. Five seconds and one
mebibyte for everything, names and redirects and decompression included. No cookies, no credentials, no proxies from the environment.
"""

import asyncio
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urljoin

import httpx
from ssrfguard import Policy, Resolver, SSRFGuardError
from ssrfguard.httpx import AsyncClient

from core.errors import DomainError

MAX_BYTES = 1_048_576
MAX_SECONDS = 5.0
MAX_REDIRECTS = 4
PAGES = frozenset({"text/html", "application/xhtml+xml"})
IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Hubbub (link preview)"


class FetchRefused(DomainError):
    """The URL could not be fetched. The code says why, and never what lies behind an address that we do not go to."""

    status = 422
    default_code = "fetch_failed"
    default_message = "That address could not be fetched."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the last URL of the redirects, and the body decompressed."""

    url: str
    content_type: str
    charset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """Where names are looked up and which addresses may be reached. ``INTERNET`` is what fetching means elsewhere."""

    policy: Policy
    resolver: Resolver | None = None

    @classmethod
    def opened(cls, networks: Iterable[IPv4Network | IPv6Network], ports: Iterable[int], resolver: Resolver) -> "Network":
        """The internet and ``networks`` besides, for whoever runs services of their own there."""
        policy = Policy(allowed_networks=tuple(networks), allowed_ports=frozenset(ports), max_redirects=MAX_REDIRECTS)
        return cls(policy, resolver)


INTERNET = Network(Policy(allowed_schemes=frozenset({"http", "https"}), allowed_ports=frozenset({80, 443}), max_redirects=MAX_REDIRECTS))


def fetch(url: str, *, accept: frozenset[str], max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS, network: Network = INTERNET) -> Fetched:
    """The document at ``url``. Call it from a task: it takes up to ``max_seconds``, and must not run inside an event loop.

    Args:
        url: http or https, written by anyone.
        accept: media types wanted; others are refused before their body is read.
        max_bytes: of the body, compressed and decompressed.
        max_seconds: for all of it.
        network: other rules than the internet's.

    Raises:
        FetchRefused: "fetch_refused" (an address we do not go to), "fetch_timed_out", "fetch_too_large", "fetch_wrong_type" or "fetch_failed".
    """

    async def within_time() -> Fetched:
        async with asyncio.timeout(max_seconds):
            return await _fetch(url, accept, max_bytes, max_seconds, network)

    try:
        return asyncio.run(within_time())
    except SSRFGuardError:
        raise FetchRefused("We do not fetch from that address.", code="fetch_refused") from None
    except (TimeoutError, httpx.TimeoutException):
        raise FetchRefused("That address took too long to answer.", code="fetch_timed_out") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError, zlib.error):
        raise FetchRefused from None


async def _fetch(url: str, accept: frozenset[str], max_bytes: int, max_seconds: float, network: Network) -> Fetched:
    headers = {"User-Agent": USER_AGENT, "Accept": ", ".join(sorted(accept)), "Accept-Encoding": "gzip"}
    # Redirects are followed here and not by the client, each with a client of its own: nothing is carried from one hop to the next.
    for _ in range(MAX_REDIRECTS + 1):
        network.policy.check_url(url)
        async with (
            AsyncClient(
                policy=network.policy, resolver=network.resolver, timeout=max_seconds, trust_env=False, headers=headers, follow_redirects=False
            ) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code in REDIRECTS and "location" in response.headers:
                url = urljoin(url, response.headers["location"])
                continue
            response.raise_for_status()
            content_type, charset = _content_type(response.headers.get("content-type", ""))
            if content_type not in accept:
                raise FetchRefused("That address holds another kind of thing.", code="fetch_wrong_type")
            return Fetched(url, content_type, charset, await _read(response, max_bytes))
    raise FetchRefused("That address redirects too often.")


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    """The body, decompressed by hand: a client that does it itself would inflate a bomb before anyone could measure it."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise FetchRefused
    if int(response.headers.get("content-length", "0")) > max_bytes:
        raise _too_large()
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    taken, body = 0, bytearray()
    async for chunk in response.aiter_raw():
        taken += len(chunk)
        body += inflate.decompress(chunk, max_bytes + 1 - len(body)) if inflate else chunk
        if max(taken, len(body)) > max_bytes:
            raise _too_large()
    if inflate and not inflate.eof:
        raise FetchRefused
    return bytes(body)


def _too_large() -> FetchRefused:
    return FetchRefused("That address holds more than we read.", code="fetch_too_large")


def _content_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header
    return message.get_content_type() if header else "", message.get_content_charset() or "utf-8"
