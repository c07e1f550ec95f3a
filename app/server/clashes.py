"""Whether two sockets on this machine are in each other's way."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import product

from app.endpoint import Endpoint
from app.server.loopbacks import LOOPBACKS


def clash(one: str, other: str) -> bool:
    """Whether two sockets of one kind and port cannot be bound to these two interfaces at once.

    `0.0.0.0` is every IPv4 address, and `::` every address at all, as systems have it that do not
    part the two. A name may be any address, except for `localhost`, which is both loopback ones.
    """
    firsts, seconds = _addresses(one), _addresses(other)
    if not firsts or not seconds:
        return True
    pairs = product(firsts, seconds)
    return any(a == b or _includes(a, b) or _includes(b, a) for a, b in pairs)


def exclude(one: Endpoint, other: Endpoint) -> bool:
    """Whether two listeners cannot listen at these endpoints at once, as far as they say where."""
    if one.kind == other.kind == "unix":
        return one.value("address") == other.value("address")
    if not one.port or one.port != other.port or one.is_datagram is not other.is_datagram:
        return False
    return clash(one.interface or "", other.interface or "")


def _includes(wide: IPv4Address | IPv6Address, narrow: IPv4Address | IPv6Address) -> bool:
    return wide.is_unspecified and (wide.version == 6 or narrow.version == 4)


def _addresses(interface: str) -> list[IPv4Address | IPv6Address]:
    """Nothing for a name that says nothing."""
    names = LOOPBACKS if interface.lower() == "localhost" else (interface,)
    try:
        addresses = [ip_address(name) for name in names]
    except ValueError:
        return []
    return [_plain(address) for address in addresses]


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
