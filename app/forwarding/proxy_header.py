"""The PROXY protocol, as HAProxy specifies it: tells a target the address of the client."""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack
from typing import Final

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_PROXY: Final = 0x21
"""Version 2, and the command PROXY."""

_FAMILIES: Final = {4: 0x11, 6: 0x21}
"""TCP over IPv4 and over IPv6."""


def proxy_header(version: int, client: IAddress | None, listener: IAddress | None) -> bytes:
    """The header of `version` 1 or 2 for a connection of `client` to the address `listener`.

    A client without an IP address, as on a Unix socket, is announced as unknown.
    """
    ends = _ends(client, listener)
    return _text(ends) if version == 1 else _binary(ends)


_Ends = tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]


def _ends(client: IAddress | None, listener: IAddress | None) -> _Ends | None:
    ip = (IPv4Address, IPv6Address)
    if not isinstance(client, ip) or not isinstance(listener, ip):
        return None
    if _packed(client)[0] != _packed(listener)[0]:
        return None
    return client, listener


def _packed(address: IPv4Address | IPv6Address) -> tuple[int, bytes]:
    ip = ip_address(address.host.partition("%")[0])
    return ip.version, ip.packed


def _text(ends: _Ends | None) -> bytes:
    if ends is None:
        return b"PROXY UNKNOWN\r\n"
    client, listener = ends
    family = _packed(client)[0]
    hosts = (each.host.partition("%")[0] for each in ends)
    return f"PROXY TCP{family} {' '.join(hosts)} {client.port} {listener.port}\r\n".encode()


def _binary(ends: _Ends | None) -> bytes:
    if ends is None:
        return SIGNATURE + pack("!BBH", _PROXY, 0, 0)
    client, listener = ends
    (family, source), (_, destination) = map(_packed, ends)
    body = source + destination + pack("!HH", client.port, listener.port)
    return SIGNATURE + pack("!BBH", _PROXY, _FAMILIES[family], len(body)) + body
