"""IP addresses: what is one, and which of them are the same."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

IPAddress = IPv4Address | IPv6Address


def parse_ip(text: str) -> IPAddress | None:
    """The address that `text` is; `None` for a name and for whatever else is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def unmapped(address: IPAddress) -> IPAddress:
    """IPv4 as IPv4, also where it is written as IPv6 (RFC 4291, section 2.5.5.2)."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


# MERGED datagram_sizes: How many bytes one UDP datagram has: whoever sends them, reads them or writes scripts that do.

LARGEST_DATAGRAM: Final = 65_507
"""What can be sent as one over IPv4, whose packets have 65 535 bytes with their headers."""

LARGEST_READ: Final = 65_535
"""What to have room for when reading. Twisted reads 8192 bytes of each if not told otherwise, and
drops the rest without a word."""

# MERGED interfaces: What may be written for an interface, and whether that keeps a socket to this machine.


def is_address(interface: str) -> bool:
    """Whether it is an IP address, or `localhost`, and nothing that one would have to look up."""
    return parse_ip(interface) is not None or interface.lower() == "localhost"


def is_loopback(interface: str) -> bool:
    """Whether nobody outside this machine can reach it. False for a name that says nothing."""
    if interface.lower() == "localhost":
        return True
    address = parse_ip(interface)
    return address is not None and unmapped(address).is_loopback


# MERGED network_addresses: The addresses that this machine has on its networks just now.


def network_addresses() -> Iterator[tuple[str, IPAddress]]:
    """Each with the name of its device, such as `eth0`. Takes about a millisecond.

    Without those of the loopback, and without those that mean something on one link alone.
    """
    import psutil  # nothing at the start of the window needs it

    for device, found in psutil.net_if_addrs().items():
        for each in found:
            address = parse_ip(each.address)  # none for that of a device
            if address is not None and not (address.is_loopback or address.is_link_local):
                yield device, address
