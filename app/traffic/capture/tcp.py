"""TCP as a bystander sees it: the bytes of both sides in order, whatever happened to the segments.

Each side of a connection is a `Side`. It takes segments as they were captured and says which of
their bytes are new and next. Segments that came too early wait, as ranges: no bytes are held. What
the receiver acknowledged and the capture does not have is missing, and so is what was cut off each
packet. RFC 9293 has the sequence numbers.
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
"""Segments of one side that may wait for what comes before them."""

_MASK: Final = 0xFFFFFFFF
_HALF: Final = 0x80000000

Emit = Callable[[int, int, int], None]
"""Takes the next bytes of a side: their place in the file and how many, then how many are missing
after them."""

_Waiting = tuple[int, int, int, int]
"""Position of the first byte, bytes on the wire, bytes captured, place in the file."""


class Side:
    """The bytes that one end sent. Positions count from its first byte and never wrap."""

    __slots__ = ("_finish", "_first", "_next", "_position", "_waiting", "retransmitted")

    def __init__(self) -> None:
        self._first: int | None = None
        """The sequence number of its SYN, if that was captured."""
        self._next: int | None = None
        """The sequence number of the next byte; `None` before the first segment."""
        self._position = 0
        self._finish: int | None = None
        """The position behind the last byte, once a FIN told it."""
        self._waiting: list[_Waiting] | None = None
        """In order; made when it is needed, as most connections never need it."""
        self.retransmitted = 0
        """Bytes that came again."""

    @property
    def is_over(self) -> bool:
        """Whether all up to its FIN was given."""
        return self._finish is not None and self._position >= self._finish

    @property
    def is_finishing(self) -> bool:
        """Whether a FIN was seen, in order or not."""
        return self._finish is not None

    @property
    def is_waiting(self) -> bool:
        """Whether segments wait for what comes before them."""
        return bool(self._waiting)

    def begins_anew(self, sequence: int) -> bool:
        """Whether a SYN with that number opens another connection, and is not the same again."""
        if self._first is not None:
            return sequence != self._first
        return self._next is not None and sequence + 1 & _MASK != self._next

    def synchronise(self, sequence: int) -> None:
        """A SYN told the first sequence number."""
        if self._first is None and self._next is None:
            self._first = sequence
            self._next = sequence + 1 & _MASK

    def take(self, sequence: int, size: int, captured: int, place: int, emit: Emit) -> None:
        """A segment with `size` bytes, of which `captured` are in the file at `place`."""
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
        if not ahead and captured == size:  # as nearly all of them are
            self._position += size
            self._next = sequence + size & _MASK
            emit(place, size, 0)
        else:
            self._pass(-ahead, size, captured, place, emit)
        if self._waiting:
            self._release(self._waiting, emit)

    def finish(self, sequence: int) -> None:
        """A FIN, whose sequence number is the one behind the last byte."""
        if self._next is None:
            self._next = sequence & _MASK
        if self._finish is None:
            ahead = (sequence - self._next + _HALF & _MASK) - _HALF
            self._finish = self._position + max(0, ahead)

    def acknowledge(self, sequence: int, emit: Emit) -> None:
        """The other end has all bytes before `sequence`: what is not there by now never comes."""
        if not self._waiting or self._next is None:
            return
        ahead = (sequence - self._next + _HALF & _MASK) - _HALF
        if ahead > 0:
            self._skip_to(min(self._position + ahead, self._waiting[0][0]), emit)
            self._release(self._waiting, emit)

    def flush(self, emit: Emit) -> None:
        """Nothing more comes: give what waits, with what is missing in between."""
        while self._waiting:
            self._skip_to(self._waiting[0][0], emit)
            self._release(self._waiting, emit)

    def _skip_to(self, position: int, emit: Emit) -> None:
        missing = position - self._position
        if missing > 0:
            self._advance(missing)
            emit(0, 0, missing)

    def _release(self, waiting: list[_Waiting], emit: Emit) -> None:
        """Give what waited and is next now."""
        count = 0
        while count < len(waiting) and waiting[count][0] <= self._position:
            position, size, captured, place = waiting[count]
            count += 1
            self._pass(self._position - position, size, captured, place, emit)
        del waiting[:count]

    def _pass(self, known: int, size: int, captured: int, place: int, emit: Emit) -> None:
        """Give what is new of a segment, whose first `known` bytes were given before."""
        if size <= known:
            self.retransmitted += size
            return
        self.retransmitted += known
        self._advance(size - known)
        emit(place + min(known, captured), max(0, captured - known), size - max(known, captured))

    def _advance(self, count: int) -> None:
        assert self._next is not None
        self._position += count
        self._next = self._next + count & _MASK
