"""IP addresses and interfaces of this machine; the sizes of datagrams, and who may be answered."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

IPAddress = IPv4Address | IPv6Address

LOOPBACK: Final = "127.0.0.1"

LARGEST_DATAGRAM: Final = 65_507
"""Bytes of the largest datagram over IPv4: a packet has 65 535 bytes, headers included."""

LARGEST_READ: Final = 65_535
"""Bytes to read per datagram. Twisted's default is 8192, and it drops the rest silently."""

_MAPPED: Final = "::ffff:"
"""The prefix of an IPv4 address that is written as IPv6 (RFC 4291, 2.5.5.2)."""


def parse_ip(text: str) -> IPAddress | None:
    """`text` as an IP address; `None` if it is none, such as a name."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def unmapped(address: IPAddress) -> IPAddress:
    """An IPv4 address that is written as IPv6, as IPv4 (RFC 4291, section 2.5.5.2). Others stay."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_address(interface: str) -> bool:
    """Whether `interface` is an IP address or `localhost`, so that no name must be looked up."""
    return parse_ip(interface) is not None or interface.lower() == "localhost"


def is_loopback(interface: str) -> bool:
    """Whether only this machine can reach `interface`. False for names other than `localhost`."""
    if interface.lower() == "localhost":
        return True
    address = parse_ip(interface)
    return address is not None and unmapped(address).is_loopback


def reachable_host(interface: str) -> str:
    """The host at which this machine reaches a listener that is bound to `interface`."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(interface, interface)


def host_and_port(address: object) -> tuple[str, int] | None:
    """Host and port of an address of Twisted; `None` if it has none, as that of a Unix socket."""
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    return (host, port) if isinstance(host, str) and isinstance(port, int) else None


def format_host_and_port(host: str, port: int) -> str:
    """`127.0.0.1:8007` or `[::1]:8007`.

    A mapped IPv4 address, as a socket for both versions gives it, is written as IPv4.
    """
    if ":" not in host:
        return f"{host}:{port}"
    if host.startswith(_MAPPED) and "." in host:
        return f"{host.removeprefix(_MAPPED)}:{port}"
    return f"[{host}]:{port}"


def network_addresses() -> Iterator[tuple[str, IPAddress]]:
    """The current addresses of this machine, each with its device, such as `eth0`.

    Loopback and link-local addresses are left out. Takes about a millisecond.
    """
    import psutil  # imported late, as the window does not need it to start

    for device, found in psutil.net_if_addrs().items():
        for each in found:
            address = parse_ip(each.address)  # `None` for a MAC address
            if address is not None and not (address.is_loopback or address.is_link_local):
                yield device, address


ANSWERING_PORTS = frozenset({7, 13, 17, 19, 37})
"""Echo, daytime, quote of the day, character generator and time: RFC 862 to 868."""


def may_reply_to(addr: tuple[str, int] | str | None) -> bool:
    """Whether a datagram from the host and port `addr` may be answered.

    The source address of a datagram is easy to forge. If it names a service that answers every
    datagram, a single forged datagram would start an endless exchange between the two.
    One from the path of a Unix socket may. One from a Unix socket without a path has no address.
    """
    if isinstance(addr, tuple):
        return addr[1] not in ANSWERING_PORTS
    return addr is not None
