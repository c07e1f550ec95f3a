"""IP addresses: what is one, and which of them are the same."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

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
