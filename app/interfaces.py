"""What may be written for an interface, and whether that keeps a socket to this machine."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address


def is_address(interface: str) -> bool:
    """Whether it is an IP address, or `localhost`, and nothing that one would have to look up."""
    try:
        ip_address(interface)
    except ValueError:
        return interface.lower() == "localhost"
    return True


def is_loopback(interface: str) -> bool:
    """Whether nobody outside this machine can reach it. False for a name that says nothing."""
    if interface.lower() == "localhost":
        return True
    try:
        address = ip_address(interface)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
