"""The pcapng export: a capture file that Wireshark opens, made from chunks.

The log has no packets, so they are invented. Each TCP connection gets a handshake with its first
chunk, sequence numbers that count its bytes, and a FIN or a RST at its end: *Follow Stream* shows
the conversation. A UDP datagram becomes one packet. Data that was under TLS is in plain text here.

The blocks follow draft-ietf-opsawg-pcapng, IP headers RFC 791 and RFC 8200, TCP RFC 9293, UDP RFC
768, checksums RFC 1071.
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

MAX_SEGMENT: Final = 65_000
"""Bytes of payload in a TCP packet. With its headers, an IPv4 packet has at most 65 535."""

UNKNOWN_PORT: Final = 1
"""The port of an invented server address."""

HOP_LIMIT: Final = 64
LINKTYPE_RAW: Final = 101
TCP, UDP = 6, 17
FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
WINDOW: Final = 0xFFFF

_MASK = 0xFFFFFFFF
_PACKET = Struct("<IIIIIII")  # type, length, interface, time high and low, kept, original
_LENGTH = Struct("<I")
_IPV4 = Struct(">HHHHHH4s4s")
_IPV6 = Struct(">IHBB16s16s")
_TCP_HEADER = Struct(">HHIIHHHH")
_TCP_OFFSET = _TCP_HEADER.size // 4 << 12
_UDP_HEADER = Struct(">HHHH")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


class Pcapng:
    """An `ExportFormat`: one section, one interface of raw IP packets, times in microseconds."""

    def __init__(self) -> None:
        self._flows: dict[int, _TcpFlow | _UdpFlow] = {}
        self._in_use: Counter[frozenset[Address]] = Counter()
        """How many open flows there are between each pair of addresses."""

    def head(self) -> bytes:
        name = _option(4, b"Portdeck")  # shb_userappl
        section = b"\x4d\x3c\x2b\x1a" + b"\x01\0\0\0" + b"\xff" * 8
        interface = LINKTYPE_RAW.to_bytes(2, "little") + bytes(6)
        return _block(0x0A0D0D0A, section + name + bytes(4)) + _block(1, interface)

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        time = round(chunk.time * 1e6)
        flow = self._flows.get(chunk.connection)
        made = []
        if flow is None:
            flow = self._flows[chunk.connection] = self._begin(chunk.connection, info)
            made = [_frame(time, packet) for packet in flow.opening()]
        made += [_frame(time, packet) for packet in flow.packets(chunk.sent, chunk.data)]
        return b"".join(made)

    def end(self, ending: ConnectionEnd) -> bytes:
        flow = self._flows.pop(ending.connection, None)
        if flow is None:
            return b""
        self._in_use[flow.pair] -= 1
        time = round(ending.time * 1e6)
        return b"".join(_frame(time, packet) for packet in flow.closing(ending.kind))

    def _begin(self, number: int, info: ConnectionInfo | None) -> _TcpFlow | _UdpFlow:
        """A new flow, whose addresses differ from those of all open flows.

        If a console session talks to a listener of Portdeck, both ends are recorded: two flows with
        the same addresses. Wireshark would take one for retransmissions of the other. So the second
        one gets an invented client address.
        """
        flow_type = _UdpFlow if info is not None and info.is_datagram else _TcpFlow
        flow = flow_type(number, info)
        if self._in_use[flow.pair] and info is not None:
            without_client = (
                evolve(info, local_address=None)
                if info.began_here
                else evolve(info, peer_address=None)
            )
            flow = flow_type(number, without_client)
        self._in_use[flow.pair] += 1
        return flow


class _TcpFlow:
    """A TCP connection. It keeps the next sequence number of each side."""

    def __init__(self, number: int, info: ConnectionInfo | None) -> None:
        self._ends = _FlowAddresses(number, info, TCP)
        self.pair = self._ends.pair
        self._began_here = info is not None and info.began_here
        first = number * 0x10001 & _MASK
        self._next = [first, first ^ 0x5A5A0000]

    def opening(self) -> tuple[bytes, ...]:
        """The three packets of the handshake."""
        client, server = self._began_here, not self._began_here
        return (
            self.segment(client, SYN),
            self.segment(server, SYN | ACK),
            self.segment(client, ACK),
        )

    def closing(self, kind: CloseKind) -> tuple[bytes, ...]:
        """The packets that end the connection: one for a reset, three otherwise."""
        first = kind not in (CloseKind.CLOSED_BY_PEER, CloseKind.RESET_BY_PEER)
        if kind in (CloseKind.RESET_BY_PEER, CloseKind.RESET_HERE):
            return (self.segment(first, RST | ACK),)
        return (
            self.segment(first, FIN | ACK),
            self.segment(not first, FIN | ACK),
            self.segment(first, ACK),
        )

    def packets(self, sent: bool, data: bytes) -> Iterator[bytes]:
        """The packets that carry `data`."""
        for start in range(0, len(data), MAX_SEGMENT):
            yield self.segment(sent, PUSH | ACK, data[start : start + MAX_SEGMENT])

    def segment(self, sent: bool, flags: int, data: bytes = b"") -> bytes:
        """An IP packet with `data`. Advances the sequence number of that side."""
        size = _TCP_HEADER.size + len(data)
        sequence = self._next[sent]
        acknowledged = self._next[not sent] if flags & ACK else 0
        source, target = self._ends.ports[sent], self._ends.ports[not sent]
        numbers = (source, target, sequence, acknowledged, _TCP_OFFSET | flags, WINDOW)
        found = _checksum(self._ends.pseudo_sum + size + sum(numbers), data)
        self._next[sent] = sequence + len(data) + bool(flags & (SYN | FIN)) & _MASK
        return self._ends.header(sent, size) + _TCP_HEADER.pack(*numbers, found, 0) + data


class _UdpFlow:
    """The datagrams between one peer and a listener."""

    def __init__(self, number: int, info: ConnectionInfo | None) -> None:
        self._ends = _FlowAddresses(number, info, UDP)
        self.pair = self._ends.pair

    def opening(self) -> tuple[bytes, ...]:
        """UDP has no handshake."""
        return ()

    def closing(self, kind: CloseKind) -> tuple[bytes, ...]:
        """UDP has no packets that end a conversation."""
        return ()

    def packets(self, sent: bool, data: bytes) -> tuple[bytes, ...]:
        """The one packet of a datagram. The datagram may be empty."""
        size = _UDP_HEADER.size + len(data)
        ports = self._ends.ports
        fields = (ports[sent], ports[not sent], size)
        # 0 would mean that there is no checksum.
        found = _checksum(self._ends.pseudo_sum + size + sum(fields), data) or 0xFFFF
        return (self._ends.header(sent, size) + _UDP_HEADER.pack(*fields, found) + data,)


class _FlowAddresses:
    """The two addresses of a conversation. Makes the IP header of each packet.

    A packet that is `sent` goes from us (a listener or a session) to the peer.
    """

    def __init__(self, number: int, info: ConnectionInfo | None, protocol: int) -> None:
        """`number` is that of the connection, `protocol` is `TCP` or `UDP`."""
        peer, local = _addresses(number, info)
        hosts = [ip_address(host.partition("%")[0]) for host, _ in (peer, local)]
        self._is_v4 = all(isinstance(host, IPv4Address) for host in hosts)
        packed = [
            host.packed
            if self._is_v4 or host.version == 6
            else bytes(10) + b"\xff\xff" + host.packed
            for host in hosts
        ]
        self._hosts = packed[0], packed[1]
        self._protocol = protocol
        self._packets = 0
        self.pair = frozenset((peer, local))
        """Both addresses, in no order."""
        self.ports = peer[1], local[1]
        """The peer's port and ours."""
        self._hosts_sum = sum(int.from_bytes(each, "big") % 0xFFFF for each in packed)
        self.pseudo_sum = self._hosts_sum + protocol
        """The sum over addresses and protocol, which the checksums of TCP and UDP include."""

    def header(self, sent: bool, size: int) -> bytes:
        """The IP header of the next packet, which has `size` bytes of payload."""
        source, target = self._hosts[sent], self._hosts[not sent]
        if not self._is_v4:
            return _IPV6.pack(6 << 28, size, self._protocol, HOP_LIMIT, source, target)
        self._packets = self._packets + 1 & 0xFFFF
        total = _IPV4.size + size
        words = (0x4500, total, self._packets, 0x4000, HOP_LIMIT << 8 | self._protocol)
        found = _checksum(self._hosts_sum + sum(words))
        return _IPV4.pack(*words, found, source, target)


def _addresses(number: int, info: ConnectionInfo | None) -> tuple[Address, Address]:
    """The peer's address and ours.

    If one is not known it is invented. The address of the client then depends on the number of the
    connection, so that each connection has its own.
    """
    peer = info.peer_address if info else None
    local = info.local_address if info else None
    low = number & 0xFFFFFF
    client = f"10.{low >> 16}.{low >> 8 & 0xFF}.{low & 0xFF}", 49_152 + number % 16_384
    server = "127.0.0.1", UNKNOWN_PORT
    if info is not None and info.began_here:
        return peer or server, local or client
    return peer or client, local or server


def _checksum(header_sum: int, data: bytes = b"") -> int:
    """The checksum of IPv4, TCP and UDP (RFC 1071) over `data` and a header.

    `header_sum` is the sum of the fields of the header. A field of 32 bits may be added as one
    number: the sum of all 16-bit words modulo 65535 is the same as the whole, taken as one number,
    modulo 65535, as 65536 is 1 modulo 65535. One division of a large number is faster than a loop.
    """
    padded = data + b"\0" if len(data) % 2 else data
    return 0xFFFF - (header_sum + int.from_bytes(padded, "big")) % 0xFFFF


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
