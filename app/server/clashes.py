"""Whether two sockets on this machine are in each other's way."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from app.endpoint import Endpoint


def clash(one: str, other: str) -> bool:
    """Whether two sockets of one kind and port cannot be bound to these two interfaces at once.

    `0.0.0.0` is every IPv4 address, and `::` every address at all, as systems have it that do not
    part the two. A name may be any address, except for `localhost`.
    """
    first, second = _address(one), _address(other)
    if first is None or second is None or first == second:
        return True
    return _includes(first, second) or _includes(second, first)


def exclude(one: Endpoint, other: Endpoint) -> bool:
    """Whether two listeners cannot listen at these endpoints at once, as far as they say where."""
    if one.kind == other.kind == "unix":
        return one.value("address") == other.value("address")
    if not one.port or one.port != other.port or one.is_datagram is not other.is_datagram:
        return False
    return clash(one.interface or "", other.interface or "")


def _includes(wide: IPv4Address | IPv6Address, narrow: IPv4Address | IPv6Address) -> bool:
    return wide.is_unspecified and (wide.version == 6 or narrow.version == 4)


def _address(interface: str) -> IPv4Address | IPv6Address | None:
    if interface.lower() == "localhost":
        return IPv4Address("127.0.0.1")
    try:
        address = ip_address(interface)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
