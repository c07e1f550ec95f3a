"""TCP and UDP conversations, reassembled from the packets of a capture.

The server counts as our side: what it sent is `sent`. The server is the end that received the SYN.
Without a SYN it is the end with the lower port. A SYN with another sequence number begins a new
connection between the same addresses.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from struct import Struct
from typing import Final

from attrs import define, field

from app.text.sentence import Sentence, sentence_template
from app.traffic.capture.headers import TCP, SkipReason, locate
from app.traffic.capture.index import ChunkIndex, ConnectionTable
from app.traffic.capture.packet_file import Packet
from app.traffic.capture.tcp import ACK, FIN, RST, SYN, Side
from app.traffic.connection_info import CloseKind, ConnectionEnds, ConnectionInfo

MOST_OPEN: Final = 10_000
"""How many conversations are open at a time. Above this limit, a quiet one is closed.

Each takes about six objects. With more of them, one run of the garbage collector would take longer
than a step may take.
"""

MOST_OVER: Final = 20_000
"""How many ended connections are remembered, to recognize their late packets."""

MOST_CONNECTIONS: Final = 1_000_000
MOST_NAMES: Final = 1_000
"""How many servers a view lists by name."""

KEPT_CONNECTIONS: Final = 10_000
LATEST: Final = 2**33
"""Limit for times, in unix seconds. A damaged file may have any value."""

_TCP_HEADER = Struct(">HHIIBB").unpack_from
_SHORT = Struct(">H").unpack_from


@define
class PacketCounts:
    """Counts the packets of a capture that were read, and those that are not shown."""

    packets: int = 0
    """All packets that were read."""

    skipped: Counter[SkipReason] = field(factory=Counter)
    """Packets that belong to no conversation, by reason."""

    missing_bytes: int = 0
    """Bytes that were sent but are not in the file."""

    left_out: int = 0
    """Packets left out because there are too many connections."""

    def sentences(self) -> list[Sentence]:
        """Sentences about the packets that are not shown: how many, and why."""
        counts = (
            (self.skipped[SkipReason.FRAGMENT], _FRAGMENTS),
            (self.skipped[SkipReason.LINK], _OTHER_LINKS),
            (self.skipped[SkipReason.BROKEN], _BROKEN_HEADERS),
            (self.missing_bytes, _MISSING_BYTES),
            (self.left_out, _TOO_MANY_CONNECTIONS),
            (self.skipped[SkipReason.OTHER], _OTHER_PROTOCOLS),
        )
        return [sentence(count=count) for count, sentence in counts if count]


_FRAGMENTS = sentence_template(
    "packets-are-fragments", "Fragments of IP packets, which are left out: {count}."
)
_OTHER_LINKS = sentence_template(
    "packets-of-other-link", "Packets with a link type that Portdeck does not read: {count}."
)
_BROKEN_HEADERS = sentence_template(
    "packets-broken", "Packets with headers that are cut or make no sense: {count}."
)
_MISSING_BYTES = sentence_template(
    "bytes-missing", "Bytes that are missing in the file, because the capture lost them: {count}."
)
_TOO_MANY_CONNECTIONS = sentence_template(
    "packets-left-out", "Packets of more connections than can be shown: {count}."
)
_OTHER_PROTOCOLS = sentence_template(
    "packets-of-other-protocols", "Packets that are neither TCP nor UDP: {count}."
)


class _Flow:
    """An open conversation."""

    __slots__ = ("finished_first", "keys", "number", "sides", "was_busy")

    def __init__(self, number: int, keys: tuple[bytes, bytes]) -> None:
        self.number = number
        self.keys = keys
        """The key of the client's packets and that of the server's packets."""
        self.sides = Side(), Side()
        """The client and the server."""
        self.finished_first: Side | None = None
        self.was_busy = True


class Conversations:
    """Takes packets, and adds chunks to `index` and ends of connections to `endings`.

    A chunk is the new data of one packet. Its time is when the receiver could have read it.
    """

    def __init__(self, index: ChunkIndex) -> None:
        self.counts = PacketCounts()
        self.endings = ConnectionEnds()
        self.names: dict[str, None] = {}
        """The servers by their addresses, in the order of their first connections."""
        self.kept_bytes = 0
        self.began_at = 0.0
        """The time of the first chunk."""
        self._index = index
        self._connections = ConnectionTable()
        self._infos: dict[int, ConnectionInfo] = {}
        # Not a plain dict: that scans all deleted entries to find its first item.
        self._flows: OrderedDict[int, _Flow] = OrderedDict()
        self._by_key: dict[bytes, tuple[_Flow, bool]] = {}
        self._over: OrderedDict[bytes, None] = OrderedDict()
        """The keys of connections that ended."""
        self._time = 0.0
        self._owner = 0
        """`connection * 2 + sent` of the side that is being read."""

    def __len__(self) -> int:
        return len(self._connections)

    def info(self, number: int) -> ConnectionInfo | None:
        """The addresses of the connection with that number."""
        if number not in self._infos:
            info = self._connections.info(number)
            if info is None:
                return None
            if len(self._infos) >= KEPT_CONNECTIONS:
                self._infos.clear()
            self._infos[number] = info
        return self._infos[number]

    def take(self, packet: Packet) -> None:
        """Take the next packet of the file. Raises `OSError` if the disk is full."""
        time, link, buffer, start, stop, original, place = packet
        self.counts.packets += 1
        if 0 <= time < LATEST:
            self._time = time
        located = locate(link, buffer, start, stop, original)
        if isinstance(located, SkipReason):
            self.counts.skipped[located] += 1
            return
        protocol, at, end, hosts, width = located
        if at + (20 if protocol == TCP else 8) > min(stop, end):
            self.counts.skipped[SkipReason.BROKEN] += 1
            return
        # Both hosts, then both ports. The key for UDP has one more byte, so it differs from TCP.
        key = buffer[hosts : hosts + 2 * width] + buffer[at : at + 4]
        if protocol == TCP:
            self._take_segment(key, buffer, at, stop, end, place - start)
        else:
            self._take_datagram(key + b"u", buffer, at, stop, end, place - start)

    def finish_some(self, most: int) -> bool:
        """After the last packet: flush up to `most` conversations. Returns whether all are
        flushed."""
        self._by_key.clear()
        for _ in range(most):
            if not self._flows:
                return True
            self._flush(self._flows.popitem()[1])
        return not self._flows

    def _take_segment(
        self, key: bytes, buffer: bytes, at: int, stop: int, end: int, base: int
    ) -> None:
        """Take a TCP segment. `base` is the position of the buffer in the file."""
        _, _, sequence, acknowledged, offset, flags = _TCP_HEADER(buffer, at)
        data = at + (offset >> 4) * 4
        if offset < 0x50 or data > end:
            self.counts.skipped[SkipReason.BROKEN] += 1
            return
        found = self._connection_of(key, sequence, flags)
        if found is None:
            return
        flow, is_server = found
        flow.was_busy = True
        side, other = flow.sides[is_server], flow.sides[not is_server]
        if flags & SYN:
            side.synchronise(sequence)
            sequence += 1
        if flags & ACK and other.is_waiting:
            self._owner = flow.number << 1 | (not is_server)
            other.acknowledge(acknowledged, self._emit)
        if flags & RST:
            self._end(flow, CloseKind.RESET_HERE if is_server else CloseKind.RESET_BY_PEER)
            return
        self._owner = flow.number << 1 | is_server
        size = end - data
        side.take(sequence, size, max(0, min(stop, end) - data), base + data, self._emit)
        if flags & FIN:
            side.finish(sequence + size)
            flow.finished_first = flow.finished_first or side
        if side.is_over and other.is_over:
            by_server = flow.finished_first is flow.sides[True]
            self._end(flow, CloseKind.CLOSED_HERE if by_server else CloseKind.CLOSED_BY_PEER)

    def _connection_of(self, key: bytes, sequence: int, flags: int) -> tuple[_Flow, bool] | None:
        """The flow of a segment, and whether the server sent it. `None` if it is left out."""
        found = self._by_key.get(key)
        if found is None and key in self._over and flags & (SYN | ACK) != SYN:
            return None  # it came late
        if found is not None and flags & SYN and found[0].sides[found[1]].begins_anew(sequence):
            self._retire(found[0])
            found = None
        return found or self._open(key, flags)

    def _take_datagram(
        self, key: bytes, buffer: bytes, at: int, stop: int, end: int, base: int
    ) -> None:
        """Take a UDP datagram. The bytes that were cut off count as missing."""
        found = self._by_key.get(key) or self._open(key, 0)
        if found is None:
            return
        flow, is_server = found
        flow.was_busy = True
        (length,) = _SHORT(buffer, at + 4)
        if length >= 8:
            end = min(end, at + length)
        self._owner = flow.number << 1 | is_server
        data = at + 8
        captured = max(0, min(stop, end) - data)
        if end == data:
            self._add(base + data, 0, 0)  # an empty datagram is a message as well
        else:
            self._emit(base + data, captured, end - data - captured)

    def _emit(self, place: int, size: int, missing: int) -> None:
        if size:
            self._add(place, size, 0)
            self.kept_bytes += size
        if missing:
            self._add(0, 0, missing)
            self.counts.missing_bytes += missing

    def _add(self, place: int, size: int, missing: int) -> None:
        if not self._index.end:
            self.began_at = self._time
        self._index.add(place, size, missing, self._owner, self._time)

    def _open(self, key: bytes, flags: int) -> tuple[_Flow, bool] | None:
        """Open a conversation with a packet of that key. `None` if there are too many."""
        if len(self._connections) >= MOST_CONNECTIONS:
            self.counts.left_out += 1
            return None
        width = len(key) // 2 - 2
        hosts, ports = key[: 2 * width], key[2 * width : 2 * width + 4]
        source = hosts[:width], int.from_bytes(ports[:2], "big")
        target = hosts[width:], int.from_bytes(ports[2:], "big")
        is_server = bool(flags & ACK) if flags & SYN else source[1] < target[1]
        server, client = (source, target) if is_server else (target, source)
        is_udp = bool(len(key) & 1)
        number = self._connections.add(server, client, is_udp=is_udp)
        back = hosts[width:] + hosts[:width] + ports[2:] + ports[:2] + key[2 * width + 4 :]
        flow = _Flow(number, (back, key) if is_server else (key, back))
        for each in flow.keys:
            self._over.pop(each, None)
        self._flows[number] = flow
        for each, of_server in zip(flow.keys, (False, True), strict=True):
            self._by_key[each] = flow, of_server
        if len(self.names) < MOST_NAMES:
            info = self.info(number)
            assert info is not None
            self.names[info.listener] = None
        if len(self._flows) > MOST_OPEN:
            self._retire_a_quiet_one()
        return self._by_key.get(key)

    def _retire_a_quiet_one(self) -> None:
        """Close an old conversation that had no packet since the last call."""
        for _ in range(8):
            flow = next(iter(self._flows.values()))
            if not flow.was_busy:
                break
            flow.was_busy = False
            self._flows.move_to_end(flow.number)
        self._retire(next(iter(self._flows.values())))

    def _retire(self, flow: _Flow) -> None:
        """Close this conversation. A new one may use the same addresses."""
        self._flush(flow)
        self._flows.pop(flow.number, None)
        for key in flow.keys:
            found = self._by_key.get(key)
            if found is not None and found[0] is flow:
                del self._by_key[key]

    def _end(self, flow: _Flow, how: CloseKind) -> None:
        self._retire(flow)
        for key in flow.keys:
            self._over[key] = None
            if len(self._over) > MOST_OVER:
                self._over.popitem(last=False)
        self.endings.append(self._index.end, self._time, flow.number, how)

    def _flush(self, flow: _Flow) -> None:
        """Output the waiting segments of both sides, as no more packets come."""
        for is_server, side in enumerate(flow.sides):
            self._owner = flow.number << 1 | is_server
            side.flush(self._emit)
