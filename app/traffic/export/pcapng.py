"""Chunks as a capture that Wireshark opens: pcapng with the packets that the log never saw.

Every connection gets a handshake with its first chunk, sequence numbers that count its bytes, and a
FIN or a reset at its end, so that *Follow Stream* shows the conversation; a datagram is a packet of
UDP. What was under TLS is in plain text here. The blocks are those of draft-ietf-opsawg-pcapng, the
headers of RFC 9293.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from struct import Struct
from typing import Final

from attrs import evolve

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import Address, CloseKind, ConnectionEnd, ConnectionInfo

# MERGED traffic/export/ip: The IP headers of packets that nobody sent: RFC 791 and 8200, with the sums of RFC 1071.

NOWHERE_PORT: Final = 1
HOPS: Final = 64

_IPV4 = Struct(">BBHHHBBH4s4s")
_IPV6 = Struct(">IHBB16s16s")


class FlowAddresses:
    """The two ends of a conversation, and the header of each packet between them.

    What is `sent` goes from us, a listener or a session, to the peer.
    """

    def __init__(self, number: int, party: ConnectionInfo | None, carried: int) -> None:
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
    """The checksum of TCP and UDP. `header` has noughts in its place, `sums` are those of `FlowAddresses`,
    `size` is that of `header` and `data` together.
    """
    padded = data + b"\0" if len(data) % 2 else data
    # 65536 is 1 modulo 65535: what bytes leave, taken as one number and divided by 65535, is the
    # sum of their pairs.
    total = sums + size + int.from_bytes(header, "big") + int.from_bytes(padded, "big")
    return 0xFFFF - total % 0xFFFF


def _addresses(number: int, party: ConnectionInfo | None) -> tuple[Address, Address]:
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


# MERGED traffic/export/udp: Datagrams as the UDP packets that they were: RFC 768.

UDP = 17
_HEADER = Struct(">HHHH")


class DatagramFlow:
    """What one peer and a listener sent each other."""

    def __init__(self, number: int, party: ConnectionInfo | None) -> None:
        self._ends = FlowAddresses(number, party, UDP)
        self.pair = self._ends.pair

    def opening(self) -> tuple[bytes, ...]:
        """Nothing goes before the first datagram."""
        return ()

    def closing(self, how: CloseKind) -> tuple[bytes, ...]:
        """Nothing tells that no more will come."""
        return ()

    def packets(self, sent: bool, data: bytes) -> tuple[bytes, ...]:
        """The one packet of a datagram, which may be empty."""
        size = _HEADER.size + len(data)
        ports = self._ends.ports
        fields = (ports[sent], ports[not sent], size)
        # Nought would mean that there is no checksum.
        found = checksum(self._ends.sums, size, _HEADER.pack(*fields, 0), data) or 0xFFFF
        return (self._ends.header(sent, size) + _HEADER.pack(*fields, found) + data,)


MAX_SEGMENT = 65_000
"""Bytes of payload in a packet; with its headers an IPv4 packet may have 65 535."""

LINKTYPE_RAW = 101
TCP = 6
FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
WINDOW = 0xFFFF
_MASK = 0xFFFFFFFF

_PACKET = Struct("<IIIIIII")  # type, length, interface, time high and low, kept, original
_LENGTH = Struct("<I")
_SEGMENT = Struct(">HHIIBBHHH")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


class Pcapng:
    """A section with one interface of raw IP packets, timed in microseconds."""

    def __init__(self) -> None:
        self._flows: dict[int, _Flow | DatagramFlow] = {}
        self._in_use: Counter[frozenset[Address]] = Counter()
        """Pairs of addresses, by how many flows that are open are between them."""

    def head(self) -> bytes:
        name = _option(4, b"Portdeck")  # shb_userappl
        section = b"\x4d\x3c\x2b\x1a" + b"\x01\0\0\0" + b"\xff" * 8
        interface = LINKTYPE_RAW.to_bytes(2, "little") + bytes(6)
        return _block(0x0A0D0D0A, section + name + bytes(4)) + _block(1, interface)

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        time = round(chunk.time * 1e6)
        flow = self._flows.get(chunk.connection)
        made = []
        if flow is None:
            flow = self._flows[chunk.connection] = self._begin(chunk.connection, party)
            made = [_frame(time, packet) for packet in flow.opening()]
        made += [_frame(time, packet) for packet in flow.packets(chunk.sent, chunk.data)]
        return b"".join(made)

    def end(self, ending: ConnectionEnd) -> bytes:
        flow = self._flows.pop(ending.connection, None)
        if flow is None:
            return b""
        self._in_use[flow.pair] -= 1
        time = round(ending.time * 1e6)
        return b"".join(_frame(time, packet) for packet in flow.closing(ending.how))

    def _begin(self, number: int, party: ConnectionInfo | None) -> _Flow | DatagramFlow:
        """A flow with addresses that no other one has that is open.

        A console session and the connection that a listener has of it are two flows with the same
        addresses, and Wireshark would take one for the other's retransmissions.
        """
        kind = DatagramFlow if party is not None and party.is_datagram else _Flow
        flow = kind(number, party)
        if self._in_use[flow.pair] and party is not None:
            without_client = (
                evolve(party, local_address=None)
                if party.began_here
                else evolve(party, peer_address=None)
            )
            flow = kind(number, without_client)
        self._in_use[flow.pair] += 1
        return flow


class _Flow:
    """One connection's two sequence numbers."""

    def __init__(self, number: int, party: ConnectionInfo | None) -> None:
        self._ends = FlowAddresses(number, party, TCP)
        self.pair = self._ends.pair
        self._began_here = party is not None and party.began_here
        first = number * 0x10001 & _MASK
        self._next = [first, first ^ 0x5A5A0000]

    def opening(self) -> tuple[bytes, ...]:
        """The three packets that open the connection."""
        client, server = self._began_here, not self._began_here
        return (
            self.segment(client, SYN),
            self.segment(server, SYN | ACK),
            self.segment(client, ACK),
        )

    def closing(self, how: CloseKind) -> tuple[bytes, ...]:
        """The packets that end it: one if it is reset, and otherwise three."""
        first = how not in (CloseKind.CLOSED_BY_PEER, CloseKind.RESET_BY_PEER)
        if how in (CloseKind.RESET_BY_PEER, CloseKind.RESET_HERE):
            return (self.segment(first, RST | ACK),)
        return (
            self.segment(first, FIN | ACK),
            self.segment(not first, FIN | ACK),
            self.segment(first, ACK),
        )

    def packets(self, sent: bool, data: bytes) -> Iterator[bytes]:
        """Those that carry `data`."""
        for start in range(0, len(data), MAX_SEGMENT):
            yield self.segment(sent, PUSH | ACK, data[start : start + MAX_SEGMENT])

    def segment(self, sent: bool, flags: int, data: bytes = b"") -> bytes:
        """A packet with `data` and what goes before it; the sequence number moves on by it."""
        size = _SEGMENT.size + len(data)
        mine = self._next[sent]
        other = self._next[not sent] if flags & ACK else 0
        source, target = self._ends.ports[sent], self._ends.ports[not sent]
        offset = _SEGMENT.size // 4 << 4
        numbers = (source, target, mine, other, offset, flags, WINDOW)
        found = checksum(self._ends.sums, size, _SEGMENT.pack(*numbers, 0, 0), data)
        self._next[sent] = mine + len(data) + bool(flags & (SYN | FIN)) & _MASK
        return self._ends.header(sent, size) + _SEGMENT.pack(*numbers, found, 0) + data


def _frame(time: int, packet: bytes) -> bytes:
    """An enhanced packet block."""
    kept = len(packet)
    padding = _PADDING[kept % 4]
    length = _PACKET.size + kept + len(padding) + _LENGTH.size
    head = _PACKET.pack(6, length, 0, time >> 32, time & _MASK, kept, kept)
    return head + packet + padding + _LENGTH.pack(length)


def _block(kind: int, content: bytes) -> bytes:
    length = _LENGTH.pack(12 + len(content))
    return _LENGTH.pack(kind) + length + content + length


def _option(code: int, value: bytes) -> bytes:
    size = len(value)
    return code.to_bytes(2, "little") + size.to_bytes(2, "little") + value + _PADDING[size % 4]
