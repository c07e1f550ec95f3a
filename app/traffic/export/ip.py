"""The IP headers of packets that nobody sent: RFC 791 and 8200, with the sums of RFC 1071."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from struct import Struct
from typing import Final

from app.traffic.party import Address, Party

NOWHERE_PORT: Final = 1
HOPS: Final = 64

_IPV4 = Struct(">BBHHHBBH4s4s")
_IPV6 = Struct(">IHBB16s16s")


class Ends:
    """The two ends of a conversation, and the header of each packet between them.

    What is `sent` goes from us, a listener or a session, to the peer.
    """

    def __init__(self, number: int, party: Party | None, carried: int) -> None:
        """`number` is that of the connection, `carried` the number of the protocol above IP."""
        peer, local = _addresses(number, party)
        hosts = [ip_address(host.partition("%")[0]) for host, _ in (peer, local)]
        self._is_v4 = all(isinstance(host, IPv4Address) for host in hosts)
        packed = [
            host.packed
            if self._is_v4 or host.version == 6
            else bytes(10) + b"\xff\xff" + host.packed
            for host in hosts
        ]
        self._hosts = packed[0], packed[1]
        self._carried = carried
        self._packets = 0
        self.pair = frozenset((peer, local))
        """The addresses of both."""
        self.ports = peer[1], local[1]
        """Of the peer and of ourselves."""
        self.sums = sum(int.from_bytes(each, "big") % 0xFFFF for each in packed) + carried
        """What addresses and protocol add to a checksum that is over them too."""

    def header(self, sent: bool, size: int) -> bytes:
        """What goes before the next `size` bytes."""
        source, target = self._hosts[sent], self._hosts[not sent]
        if not self._is_v4:
            return _IPV6.pack(6 << 28, size, self._carried, HOPS, source, target)
        self._packets = self._packets + 1 & 0xFFFF
        fields = (0x45, 0, _IPV4.size + size, self._packets, 0x4000, HOPS, self._carried)
        total = int.from_bytes(_IPV4.pack(*fields, 0, source, target), "big")
        return _IPV4.pack(*fields, 0xFFFF - total % 0xFFFF, source, target)


def checksum(sums: int, size: int, header: bytes, data: bytes) -> int:
    """The checksum of TCP and UDP. `header` has noughts in its place, `sums` are those of `Ends`,
    `size` is that of `header` and `data` together.
    """
    padded = data + b"\0" if len(data) % 2 else data
    # 65536 is 1 modulo 65535: what bytes leave, taken as one number and divided by 65535, is the
    # sum of their pairs.
    total = sums + size + int.from_bytes(header, "big") + int.from_bytes(padded, "big")
    return 0xFFFF - total % 0xFFFF


def _addresses(number: int, party: Party | None) -> tuple[Address, Address]:
    """Of the peer and of ourselves. Where none is known one is invented, for who connected another
    one for each number."""
    peer = party.peer_address if party else None
    local = party.local_address if party else None
    low = number & 0xFFFFFF
    client = f"10.{low >> 16}.{low >> 8 & 0xFF}.{low & 0xFF}", 49_152 + number % 16_384
    server = "127.0.0.1", NOWHERE_PORT
    if party is not None and party.began_here:
        return peer or server, local or client
    return peer or client, local or server
