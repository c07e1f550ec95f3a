"""Chunks as a capture that Wireshark opens: pcapng with the IP and TCP that the log never saw.

Every connection gets a handshake with its first chunk, and sequence numbers that count its bytes,
so that *Follow Stream* shows the conversation. What was under TLS is in plain text here. The blocks
are those of draft-ietf-opsawg-pcapng, the headers those of RFC 791, 8200 and 9293.
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from struct import Struct

from app.traffic.chunk_log import Chunk
from app.traffic.party import Address, Party

MAX_SEGMENT = 65_000
"""Bytes of payload in a packet; with its headers an IPv4 packet may have 65 535."""

NOWHERE_PORT = 1
LINKTYPE_RAW = 101
TCP = 6
SYN, ACK, PUSH = 0x02, 0x10, 0x08
WINDOW = 0xFFFF
HOPS = 64
_MASK = 0xFFFFFFFF

_PACKET = Struct("<IIIIIII")  # type, length, interface, time high and low, kept, original
_LENGTH = Struct("<I")
_SEGMENT = Struct(">HHIIBBHHH")
_IPV4 = Struct(">BBHHHBBH4s4s")
_IPV6 = Struct(">IHBB16s16s")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


class Pcapng:
    """A section with one interface of raw IP packets, timed in microseconds."""

    def __init__(self) -> None:
        self._flows: dict[int, _Flow] = {}

    def head(self) -> bytes:
        name = _option(4, b"Portdeck")  # shb_userappl
        section = b"\x4d\x3c\x2b\x1a" + b"\x01\0\0\0" + b"\xff" * 8
        interface = LINKTYPE_RAW.to_bytes(2, "little") + bytes(6)
        return _block(0x0A0D0D0A, section + name + bytes(4)) + _block(1, interface)

    def body(self, chunk: Chunk, party: Party | None) -> bytes:
        time = round(chunk.time * 1e6)
        flow = self._flows.get(chunk.connection)
        made = []
        if flow is None:
            flow = self._flows[chunk.connection] = _Flow(chunk.connection, party)
            made = [_frame(time, packet) for packet in flow.handshake()]
        data = chunk.data
        for start in range(0, len(data), MAX_SEGMENT):
            packet = flow.segment(chunk.sent, PUSH | ACK, data[start : start + MAX_SEGMENT])
            made.append(_frame(time, packet))
        return b"".join(made)


class _Flow:
    """One connection's two sequence numbers. The peer is the one that connected."""

    def __init__(self, number: int, party: Party | None) -> None:
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
        self._ports = peer[1], local[1]
        self._sums = sum(int.from_bytes(each, "big") % 0xFFFF for each in packed) + TCP
        first = number * 0x10001 & _MASK
        self._next = [first, first ^ 0x5A5A0000]
        self._packets = 0

    def handshake(self) -> tuple[bytes, bytes, bytes]:
        """The three packets that open the connection."""
        peer, local = False, True
        return (
            self.segment(peer, SYN),
            self.segment(local, SYN | ACK),
            self.segment(peer, ACK),
        )

    def segment(self, sent: bool, flags: int, data: bytes = b"") -> bytes:
        """A packet with `data` and what goes before it; the sequence number moves on by it."""
        size = _SEGMENT.size + len(data)
        mine = self._next[sent]
        other = self._next[not sent] if flags & ACK else 0
        source, target = self._ports[sent], self._ports[not sent]
        offset = _SEGMENT.size // 4 << 4
        numbers = (source, target, mine, other, offset, flags, WINDOW)
        # 65536 is 1 modulo 65535: the checksum of the headers is what their bytes, taken as one
        # number, leave when divided by 65535.
        header = _SEGMENT.pack(*numbers, 0, 0)
        padded = data + b"\0" if len(data) % 2 else data
        total = self._sums + size + int.from_bytes(header, "big") + int.from_bytes(padded, "big")
        self._next[sent] = mine + len(data) + bool(flags & SYN) & _MASK
        header = _SEGMENT.pack(*numbers, 0xFFFF - total % 0xFFFF, 0)
        return self._ip(sent, size) + header + data

    def _ip(self, sent: bool, size: int) -> bytes:
        source, target = self._hosts[sent], self._hosts[not sent]
        if not self._is_v4:
            return _IPV6.pack(6 << 28, size, TCP, HOPS, source, target)
        self._packets = self._packets + 1 & 0xFFFF
        fields = (0x45, 0, _IPV4.size + size, self._packets, 0x4000, HOPS, TCP)
        total = int.from_bytes(_IPV4.pack(*fields, 0, source, target), "big")
        return _IPV4.pack(*fields, 0xFFFF - total % 0xFFFF, source, target)


def _addresses(number: int, party: Party | None) -> tuple[Address, Address]:
    """Of the peer and of the listener; invented where none is known, another for each number."""
    peer = party.peer_address if party else None
    local = party.local_address if party else None
    low = number & 0xFFFFFF
    invented = f"10.{low >> 16}.{low >> 8 & 0xFF}.{low & 0xFF}"
    return peer or (invented, 49_152 + number % 16_384), local or ("127.0.0.1", NOWHERE_PORT)


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
