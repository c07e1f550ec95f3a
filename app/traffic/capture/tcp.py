"""TCP reassembly from captured segments: the bytes of each side in order.

Each side of a connection is a `Side`. It takes segments in the order of the capture and outputs the
bytes that are new and next. Segments that come too early wait; only their ranges are stored, not
their bytes. Bytes that the receiver acknowledged but the capture does not have count as missing. So
do bytes that were cut off a packet. Sequence numbers are those of RFC 9293.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Final

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
ACK: Final = 0x10

MOST_WAITING: Final = 1024
"""How many segments of one side may wait for earlier ones."""

_MASK: Final = 0xFFFFFFFF
_HALF: Final = 0x80000000

Emit = Callable[[int, int, int], None]
"""Called with the next bytes of a side: their position in the file, their number, and how many are
missing after them."""

_Waiting = tuple[int, int, int, int]
"""Position of the first byte, bytes on the wire, bytes captured, place in the file."""


class Side:
    """The bytes that one side sent. Positions count from its first byte and never wrap."""

    __slots__ = ("_finish", "_first", "_next", "_position", "_waiting")

    def __init__(self) -> None:
        self._first: int | None = None
        """The sequence number of its SYN, if that was captured."""
        self._next: int | None = None
        """The sequence number of the next byte; `None` before the first segment."""
        self._position = 0
        self._finish: int | None = None
        """The position behind the last byte. Known after a FIN."""
        self._waiting: list[_Waiting] | None = None
        """The waiting segments in order. Created on first use, as most connections never need
        it."""

    @property
    def is_over(self) -> bool:
        """Whether all bytes up to the FIN were output."""
        return self._finish is not None and self._position >= self._finish

    @property
    def is_waiting(self) -> bool:
        """Whether segments wait for earlier ones."""
        return bool(self._waiting)

    def begins_anew(self, sequence: int) -> bool:
        """Whether a SYN with that number opens a new connection and is no retransmission."""
        if self._first is not None:
            return sequence != self._first
        return self._next is not None and sequence + 1 & _MASK != self._next

    def synchronise(self, sequence: int) -> None:
        """Take the first sequence number from a SYN."""
        if self._first is None and self._next is None:
            self._first = sequence
            self._next = sequence + 1 & _MASK

    def take(self, sequence: int, size: int, captured: int, place: int, emit: Emit) -> None:
        """Take a segment of `size` bytes, of which `captured` are in the file at `place`."""
        if self._next is None:
            self._next = sequence & _MASK
        if not size:
            return
        ahead = (sequence - self._next + _HALF & _MASK) - _HALF
        if ahead > 0:
            self._waiting = self._waiting or []
            insort(self._waiting, (self._position + ahead, size, captured, place))
            if len(self._waiting) > MOST_WAITING:
                self._skip_to(self._waiting[0][0], emit)
                self._release(self._waiting, emit)
            return
        if not ahead and captured == size:  # the usual case
            self._position += size
            self._next = sequence + size & _MASK
            emit(place, size, 0)
        else:
            self._pass(-ahead, size, captured, place, emit)
        if self._waiting:
            self._release(self._waiting, emit)

    def finish(self, sequence: int) -> None:
        """Take a FIN. `sequence` is that of the byte after the last one."""
        if self._next is None:
            self._next = sequence & _MASK
        if self._finish is None:
            ahead = (sequence - self._next + _HALF & _MASK) - _HALF
            self._finish = self._position + max(0, ahead)

    def acknowledge(self, sequence: int, emit: Emit) -> None:
        """Take an acknowledgement: the receiver has all bytes before `sequence`.

        Those that the capture does not have yet will never come, so they are missing.
        """
        if not self._waiting or self._next is None:
            return
        ahead = (sequence - self._next + _HALF & _MASK) - _HALF
        if ahead > 0:
            self._skip_to(min(self._position + ahead, self._waiting[0][0]), emit)
            self._release(self._waiting, emit)

    def flush(self, emit: Emit) -> None:
        """Output all waiting segments, with the missing bytes between them. No more segments
        come."""
        while self._waiting:
            self._skip_to(self._waiting[0][0], emit)
            self._release(self._waiting, emit)

    def _skip_to(self, position: int, emit: Emit) -> None:
        missing = position - self._position
        if missing > 0:
            self._advance(missing)
            emit(0, 0, missing)

    def _release(self, waiting: list[_Waiting], emit: Emit) -> None:
        """Output the waiting segments that are next now."""
        count = 0
        while count < len(waiting) and waiting[count][0] <= self._position:
            position, size, captured, place = waiting[count]
            count += 1
            self._pass(self._position - position, size, captured, place, emit)
        del waiting[:count]

    def _pass(self, known: int, size: int, captured: int, place: int, emit: Emit) -> None:
        """Output the new bytes of a segment, without the first `known` ones."""
        if size <= known:
            return
        self._advance(size - known)
        emit(place + min(known, captured), max(0, captured - known), size - max(known, captured))

    def _advance(self, count: int) -> None:
        assert self._next is not None
        self._position += count
        self._next = self._next + count & _MASK
