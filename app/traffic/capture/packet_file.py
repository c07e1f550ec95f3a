"""Reader for pcap and pcapng files: one packet after the other, in bounded memory.

The classic format is that of draft-ietf-opsawg-pcap (microseconds and nanoseconds, either byte
order), the newer one that of draft-ietf-opsawg-pcapng. Packets are not copied: a packet is a range
of a buffer, and its position in the file.

dpkt and scapy build objects for each packet, and python-pcapng for each block. That takes several
times as long, and their readers raise many kinds of exception for a damaged file. So the few
formats that matter are read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Final

from attrs import frozen

from app.files.paths import open_regular
from app.text.sentence import Sentence, SentenceError, composed, system_reason

READ_BYTES: Final = 1024 * 1024
END_MISSING: Final = Sentence("end-missing", "The end is missing. This is what is left of it.")
MOST_PACKET_BYTES: Final = 16 * 1024 * 1024
"""No program writes longer packets: a length above this means that the file is damaged."""

MOST_INTERFACES: Final = 65_536

Packet = tuple[float, int, bytes, int, int, int, int]
"""Time (unix seconds), link type, buffer, start and stop in it, bytes that were on the wire, and
the place of `start` in the file."""

_SECTION_BYTES: Final = b"\x0a\x0d\x0d\x0a"
_SECTION_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE: Final = 1
_OLD_PACKET: Final = 2
_SIMPLE_PACKET: Final = 3
_PACKET: Final = 6
_READ_BLOCKS: Final = frozenset({_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET})

_PCAP_ORDERS: Final = {
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
}
_PCAP_HEADER_BYTES: Final = 24


class CaptureError(SentenceError):
    """A capture cannot be read; `str()` is a sentence for the user."""


@frozen
class _Interface:
    link: int
    snaplen: int
    """The most bytes of a packet that were captured; 0 for no limit."""

    seconds_per_tick: float
    offset_seconds: int


class _Order:
    """The structures of one byte order."""

    def __init__(self, sign: str) -> None:
        self.two_shorts = Struct(f"{sign}HH")
        self.word = Struct(f"{sign}I")
        self.two_words = Struct(f"{sign}II")
        self.record = Struct(f"{sign}IIII")
        self.enhanced = Struct(f"{sign}IIIII")
        self.old = Struct(f"{sign}HHIIII")
        self.interface = Struct(f"{sign}HHI")
        self.seconds = Struct(f"{sign}q")


class PacketFile:
    """One capture file, read once from start to end.

    `packets` yields what can be read. After its end, `damage` is a sentence if the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        """Raises `CaptureError` if `path` cannot be opened or is no capture."""
        self.path = path
        self.damage = ""
        self._buffer = b""
        self._at = 0
        """The position of the next record in the buffer."""
        self._begins = 0
        """The position of the buffer in the file."""
        self._order = _Order("<")
        self._interfaces: list[_Interface] = []
        try:
            self._file = open_regular(path, is_buffered=False)
        except FileNotFoundError as error:
            raise CaptureError(
                "capture-no-file", "{path}: There is no such file. Check the path.", path=path
            ) from error
        except (OSError, ValueError) as error:
            raise CaptureError(
                composed("{path}: {message}", path=path, message=_reason(error))
            ) from error
        try:
            self.size = path.stat().st_size
            self._is_pcapng = self._recognise()
        except OSError as error:
            self._file.close()
            raise CaptureError(
                composed("{path}: {message}", path=path, message=_reason(error))
            ) from error
        except CaptureError:
            self._file.close()
            raise

    @property
    def position(self) -> int:
        """Bytes of the file that were read, out of `size`."""
        return self._begins + self._at

    def close(self) -> None:
        """Close the file. Packets that were returned before stay valid."""
        self._file.close()

    def packets(self) -> Iterator[Packet | None]:
        """The packets in the order of the file; `None` for a block that is no packet.

        The range of a packet stays valid, as a buffer never changes.
        """
        try:
            yield from self._blocks() if self._is_pcapng else self._records()
        except OSError as error:
            self._stop(_reason(error))

    def _recognise(self) -> bool:
        """Whether it is pcapng; otherwise it is pcap. Raises `CaptureError` if neither."""
        self._have(_PCAP_HEADER_BYTES)
        magic = self._buffer[:4]
        if magic == _SECTION_BYTES:
            return True
        if magic in _PCAP_ORDERS:
            if len(self._buffer) < _PCAP_HEADER_BYTES:
                raise CaptureError(
                    "capture-ends-in-header",
                    "{path}: It ends within its header. Capture it again.",
                    path=self.path,
                )
            return False
        if not magic:
            raise CaptureError("capture-empty", "{path}: It is empty.", path=self.path)
        if magic[:2] == b"\x1f\x8b" or magic == b"\x28\xb5\x2f\xfd":
            raise CaptureError(
                "capture-compressed",
                "{path}: It is compressed. Unpack it, then open it again.",
                path=self.path,
            )
        raise CaptureError(
            "capture-none",
            "{path}: It is no capture. Choose a .pcap or .pcapng file.",
            path=self.path,
        )

    def _records(self) -> Iterator[Packet | None]:
        """The packets of a pcap file."""
        sign, seconds_per_tick = _PCAP_ORDERS[self._buffer[:4]]
        order = _Order(sign)
        link = order.word.unpack_from(self._buffer, 20)[0] & 0xFFFF
        unpack = order.record.unpack_from
        self._at = _PCAP_HEADER_BYTES
        while self._have(16):
            seconds, ticks, kept, original = unpack(self._buffer, self._at)
            if kept > MOST_PACKET_BYTES:
                self._stop_at_damage()
                return
            is_whole = self._have(16 + kept)
            start = self._at + 16
            stop = min(start + kept, len(self._buffer))
            self._at = stop
            if not is_whole:
                self._stop(END_MISSING)
            time = seconds + ticks * seconds_per_tick
            yield time, link, self._buffer, start, stop, max(original, kept), self._begins + start
        if self._at < len(self._buffer):
            self._stop(END_MISSING)

    def _blocks(self) -> Iterator[Packet | None]:
        """The packets of a pcapng file."""
        time = 0.0
        while self._have(12):
            if (
                self._buffer[self._at : self._at + 4] == _SECTION_BYTES
                and not self._begin_section()
            ):
                break
            order = self._order
            kind, length = order.two_words.unpack_from(self._buffer, self._at)
            if not self._has_block(kind, length):
                break
            if kind not in _READ_BLOCKS:
                yield None
                continue
            stop = self._at + length - 4
            if order.word.unpack_from(self._buffer, stop)[0] != length:
                self._stop_at_damage()
                break
            packet = None
            if kind == _INTERFACE:
                is_right = self._add_interface(stop)
            else:
                packet = self._packet(kind, time, stop)
                is_right = packet is not None
            if not is_right:
                self._stop_at_damage()
                break
            self._at = stop + 4
            if packet is not None:
                time = packet[0]
            yield packet
        if not self.damage and self._at < len(self._buffer):
            self._stop(END_MISSING)

    def _begin_section(self) -> bool:
        """Read the byte order of the section that begins here. It has its own interfaces."""
        magic = self._buffer[self._at + 8 : self._at + 12]
        if magic not in _SECTION_ORDERS:
            self._stop_at_damage()
            return False
        self._order = _Order(_SECTION_ORDERS[magic])
        self._interfaces = []
        return True

    def _has_block(self, kind: int, length: int) -> bool:
        """Load all of a block into the buffer, or skip a block that is not needed.

        If it is invalid or its end is missing, returns False and sets `damage`.
        """
        if length < 12 or length % 4:
            self._stop_at_damage()
            return False
        if kind not in _READ_BLOCKS:
            return self._skip(length)
        if length > MOST_PACKET_BYTES + 64 or not self._have(length):
            self._stop_at_the_end(length)
            return False
        return True

    def _add_interface(self, stop: int) -> bool:
        """Read the interface description that begins here. Returns False if it is invalid."""
        if stop - self._at < 16 or len(self._interfaces) >= MOST_INTERFACES:
            return False
        self._interfaces.append(_interface(self._order, self._buffer, self._at + 8, stop))
        return True

    def _packet(self, kind: int, time: float, stop: int) -> Packet | None:
        """The packet in the block that begins here; `None` if it is invalid.

        `time` is that of the packet before, as a simple packet block has no time.
        """
        order, interfaces = self._order, self._interfaces
        buffer, body = self._buffer, self._at + 8
        start = body + (4 if kind == _SIMPLE_PACKET else 20)
        if start > stop:
            return None
        ticks = number = 0
        if kind == _PACKET:
            number, high, low, kept, original = order.enhanced.unpack_from(buffer, body)
            ticks = high << 32 | low
        elif kind == _OLD_PACKET:
            number, _, high, low, kept, original = order.old.unpack_from(buffer, body)
            ticks = high << 32 | low
        else:
            (original,) = order.word.unpack_from(buffer, body)
            kept = min(original, stop - start)
        if number >= len(interfaces):
            return None
        interface = interfaces[number]
        if kind != _SIMPLE_PACKET:
            time = interface.offset_seconds + ticks * interface.seconds_per_tick
        elif interface.snaplen:
            kept = min(kept, interface.snaplen)
        if start + kept > stop:
            return None
        place = self._begins + start
        return time, interface.link, buffer, start, start + kept, max(original, kept), place

    def _have(self, count: int) -> bool:
        """Fill the buffer. Returns whether it has `count` more bytes."""
        left = len(self._buffer) - self._at
        if left >= count:
            return True
        pieces = [self._buffer[self._at :]]
        self._begins += self._at
        self._at = 0
        wanted = max(READ_BYTES, count) - left
        while wanted > 0 and (piece := self._file.read(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
        self._buffer = b"".join(pieces)
        return len(self._buffer) >= count

    def _skip(self, length: int) -> bool:
        """Skip a block of that length. Returns False at the end of the file."""
        if length <= len(self._buffer) - self._at:
            self._at += length
            return True
        target = self.position + length
        if target > self.size:
            self._stop_at_the_end(length)
            return False
        self._file.seek(target)
        self._buffer = b""
        self._at = 0
        self._begins = target
        return True

    def _stop_at_the_end(self, length: int) -> None:
        if self.position + length > self.size:
            self._stop(END_MISSING)
        else:
            self._stop_at_damage()

    def _stop_at_damage(self) -> None:
        self._stop(
            Sentence(
                "capture-damaged-at",
                "It is damaged at byte {position}. This is what comes before.",
                position=self.position,
            )
        )

    def _stop(self, sentence: str) -> None:
        self.damage = composed("{path}: {message}", path=self.path, message=sentence)


def _interface(order: _Order, buffer: bytes, at: int, stop: int) -> _Interface:
    """Parse the interface description with the body `buffer[at:stop]` and its two time options."""
    link, _, snaplen = order.interface.unpack_from(buffer, at)
    seconds_per_tick = 1e-6
    offset = 0
    at += 8
    while at + 4 <= stop:
        code, size = order.two_shorts.unpack_from(buffer, at)
        value = at + 4
        if code == 0 or value + size > stop:
            break
        if code == 9 and size == 1:
            exponent = buffer[value] & 0x7F
            seconds_per_tick = 2.0**-exponent if buffer[value] & 0x80 else 10.0**-exponent
        elif code == 14 and size == 8:
            (offset,) = order.seconds.unpack_from(buffer, value)
        at = value + (size + 3 & ~3)
    return _Interface(link, snaplen, seconds_per_tick, offset)


def _reason(error: Exception) -> str:
    return Sentence("error-text", "{reason}.", reason=system_reason(error))
