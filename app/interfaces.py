"""What may be written for an interface, and whether that keeps a socket to this machine."""

from __future__ import annotations

from app.ip import parse_ip, unmapped


def is_address(interface: str) -> bool:
    """Whether it is an IP address, or `localhost`, and nothing that one would have to look up."""
    return parse_ip(interface) is not None or interface.lower() == "localhost"


def is_loopback(interface: str) -> bool:
    """Whether nobody outside this machine can reach it. False for a name that says nothing."""
    if interface.lower() == "localhost":
        return True
    address = parse_ip(interface)
    return address is not None and unmapped(address).is_loopback
