"""Whose address a request came from, believing nobody but our own proxies."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str:
    """The nearest address that is not one of ``settings.TRUSTED_PROXIES``; "unknown" where the server was told none.

    ``X-Forwarded-For`` is read from the right, because only what our own proxies appended is true; whatever a client wrote stands to the left of it.
    """
    return address_in(request.META)


def origin(request: HttpRequest) -> str:
    """Scheme and host of the address a request came to. Raises DisallowedHost."""
    return f"{request.scheme}://{request.get_host()}"


def address_in(meta: Mapping[str, Any]) -> str:
    """``client_address`` of what a server says about a request."""
    return _nearest(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), tuple(settings.TRUSTED_PROXIES))


@lru_cache(maxsize=1000)  # of what strangers write, so not many
def _nearest(peer: str, forwarded: str, _trusted: tuple[str, ...]) -> str:
    address = parse(peer)
    if address is None:
        return "unknown"
    hops = forwarded.split(",")
    while hops and is_trusted(address):
        before = parse(hops.pop())
        if before is None:
            break
        address = before
    return str(address)


@lru_cache(maxsize=1000)  # of what strangers write, so not many
def limit_key(address: str) -> str:
    """What limits count by: the address, or its /64 network, since one IPv6 client has all of that."""
    parsed = parse(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return str(parsed or address)


def is_trusted(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def parse(text: str) -> Address | None:
    """An address with or without port and brackets; IPv4 inside IPv6 counts as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


@lru_cache
def _networks(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)
