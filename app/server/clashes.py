"""Whether two sockets on this machine are in each other's way."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

from attrs import frozen

from app.endpoint import Endpoint
from app.ip import IPAddress, parse_ip, unmapped
from app.server.loopbacks import LOOPBACKS


@frozen
class Place:
    """Where a socket is bound, or is to be, besides its port."""

    interface: str
    """`0.0.0.0` is every IPv4 address. A name may be any address, except for `localhost`, which is
    both loopback ones."""

    is_ipv6_alone: bool = False
    """Whether `::` is every IPv6 address, and not every address at all."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> Place:
        """That which `endpoint` asks for."""
        return cls(endpoint.interface or "", endpoint.kind == "tcp6")


def clash(one: Place, other: Place) -> bool:
    """Whether two sockets of one kind and port cannot be bound to these places at once."""
    firsts, seconds = _addresses(one.interface), _addresses(other.interface)
    if not firsts or not seconds:
        return True
    return any(
        a == b or _includes(a, b, one) or _includes(b, a, other)
        for a, b in product(firsts, seconds)
    )


def exclude(one: Endpoint, other: Endpoint, folder: Path = Path()) -> bool:
    """Whether two listeners cannot listen at these endpoints at once, as far as they say where.

    Their paths begin in `folder`.
    """
    if one.kind == other.kind == "unix":
        return _path(one, folder) == _path(other, folder)
    if not one.port or one.port != other.port or one.is_datagram is not other.is_datagram:
        return False
    return clash(Place.of(one), Place.of(other))


def _path(endpoint: Endpoint, folder: Path) -> str:
    """The path of a Unix socket, the same for all ways to write it."""
    return os.path.realpath(endpoint.bound(folder).value("address") or "")


def _includes(wide: IPAddress, narrow: IPAddress, place: Place) -> bool:
    """Whether `wide`, which is bound at `place`, is every address and `narrow` one of them."""
    is_every_version = wide.version == 6 and not place.is_ipv6_alone
    return wide.is_unspecified and (is_every_version or narrow.version == wide.version)


def _addresses(interface: str) -> list[IPAddress]:
    """Nothing for a name that says nothing."""
    names = LOOPBACKS if interface.lower() == "localhost" else (interface,)
    return [unmapped(address) for name in names if (address := parse_ip(name)) is not None]
