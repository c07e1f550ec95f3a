"""Parser for the headers below TCP and UDP: link layer, VLAN tags, IPv4 and IPv6.

Link types are those of https://www.tcpdump.org/linktypes.html. IPv4 is RFC 791, IPv6 with its
extension headers RFC 8200. No data is copied and no function raises: for a header that is cut or
invalid, the result is a `SkipReason`.
"""

from __future__ import annotations

from enum import Enum
from struct import Struct
from typing import Final

TCP: Final = 6
UDP: Final = 17

_IPV4_TYPE: Final = 0x0800
_IPV6_TYPE: Final = 0x86DD
_VLAN_TYPES: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
_MOST_TAGS: Final = 8
_MOST_EXTENSIONS: Final = 16
_FRAGMENT: Final = 44
_AUTHENTICATION: Final = 51
_EXTENSIONS: Final = frozenset({0, 43, 60, 135, 139, 140, _FRAGMENT, _AUTHENTICATION})
_IPV6_FAMILIES: Final = frozenset({10, 24, 28, 30})
"""Numbers of `AF_INET6`: Linux, NetBSD and OpenBSD, FreeBSD, macOS."""

_IPV4_FAMILY: Final = 2
_SHORT = Struct(">H").unpack_from


class SkipReason(Enum):
    """Why a packet belongs to no conversation."""

    LINK = "link"
    """A link type that is not supported."""

    OTHER = "other"
    """Neither TCP nor UDP over IP."""

    FRAGMENT = "fragment"
    """A fragment of an IP packet."""

    BROKEN = "broken"
    """A header that is cut or invalid."""


Located = tuple[int, int, int, int, int]
"""The number of the protocol, the start of its header, the end of the packet on the wire, the start
of the addresses, and the length of one address. The end may be beyond the captured bytes."""


def locate(link: int, buffer: bytes, start: int, stop: int, original: int) -> Located | SkipReason:
    """Find the TCP or UDP header in `buffer[start:stop]`, a packet of that link type.

    `original` is the length of the packet on the wire.
    """
    if link == 1:
        kind_at, at = start + 12, start + 14
    elif link == 113:  # Linux cooked
        kind_at, at = start + 14, start + 16
    elif link == 276:  # Linux cooked, version 2
        kind_at, at = start, start + 20
    else:
        return _without_type(link, buffer, start, stop, original)
    if at > stop:
        return SkipReason.BROKEN
    (kind,) = _SHORT(buffer, kind_at)
    if kind == _IPV4_TYPE:
        return _ipv4(buffer, at, stop, start + original)
    tags = 0
    while kind in _VLAN_TYPES:
        tags += 1
        if at + 4 > stop or tags > _MOST_TAGS:
            return SkipReason.BROKEN
        (kind,) = _SHORT(buffer, at + 2)
        at += 4
    if kind == _IPV4_TYPE:
        return _ipv4(buffer, at, stop, start + original)
    if kind == _IPV6_TYPE:
        return _ipv6(buffer, at, stop, start + original)
    return SkipReason.OTHER


def _without_type(
    link: int, buffer: bytes, start: int, stop: int, original: int
) -> Located | SkipReason:
    """Link types with only IP, or with an address family before it."""
    end = start + original
    if link in (0, 108):  # BSD loopback; that of OpenBSD is always in network order
        if start + 4 > stop:
            return SkipReason.BROKEN
        family = max(buffer[start], buffer[start + 3])
        start += 4
        if family == _IPV4_FAMILY:
            return _ipv4(buffer, start, stop, end)
        return _ipv6(buffer, start, stop, end) if family in _IPV6_FAMILIES else SkipReason.OTHER
    if link not in (12, 14, 101, 228, 229):
        return SkipReason.LINK
    if start >= stop:
        return SkipReason.BROKEN
    version = buffer[start] >> 4
    if version == 4:
        return _ipv4(buffer, start, stop, end)
    return _ipv6(buffer, start, stop, end) if version == 6 else SkipReason.BROKEN


def _ipv4(buffer: bytes, at: int, stop: int, end: int) -> Located | SkipReason:
    if at + 20 > stop or buffer[at] >> 4 != 4:
        return SkipReason.BROKEN
    header = (buffer[at] & 0x0F) * 4
    (total,) = _SHORT(buffer, at + 2)
    if total:  # 0: the network card splits the packet later (segmentation offload)
        if total < header:
            return SkipReason.BROKEN
        end = min(end, at + total)
    if header < 20:
        return SkipReason.BROKEN
    (fragment,) = _SHORT(buffer, at + 6)
    if fragment & 0x3FFF:
        return SkipReason.FRAGMENT
    protocol = buffer[at + 9]
    if protocol not in (TCP, UDP):
        return SkipReason.OTHER
    return protocol, at + header, end, at + 12, 4


def _ipv6(buffer: bytes, at: int, stop: int, end: int) -> Located | SkipReason:
    if at + 40 > stop or buffer[at] >> 4 != 6:
        return SkipReason.BROKEN
    (size,) = _SHORT(buffer, at + 4)
    if size:  # 0: a jumbogram, or segmentation offload as above
        end = min(end, at + 40 + size)
    protocol = buffer[at + 6]
    header = at + 40
    for _ in range(_MOST_EXTENSIONS):
        if protocol not in _EXTENSIONS:
            break
        if header + 8 > stop:
            return SkipReason.BROKEN
        if protocol == _FRAGMENT:
            if _SHORT(buffer, header + 2)[0] & 0xFFF9:
                return SkipReason.FRAGMENT
            size = 8
        elif protocol == _AUTHENTICATION:
            size = (buffer[header + 1] + 2) * 4
        else:
            size = (buffer[header + 1] + 1) * 8
        protocol = buffer[header]
        header += size
    if protocol not in (TCP, UDP):
        return SkipReason.BROKEN if protocol in _EXTENSIONS else SkipReason.OTHER
    return protocol, header, end, at + 8, 16
