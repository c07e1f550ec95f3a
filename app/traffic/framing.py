"""Cuts what one side of a connection said into messages: sans-IO, bounded, and nothing is lost.

A framer takes bytes as they come and gives messages as soon as they are whole. How the bytes were
cut makes no difference. A message is given with all of its bytes, line end and length included: the
messages joined are exactly what was fed. What is not as the framing says is given too, with its
`MessageError`, and the framer goes on where the next message may begin.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum
from typing import Literal

from attrs import frozen

LONGEST_MESSAGE = 256 * 1024
"""Bytes. One that is longer, or never ends, is given in pieces of so many."""


class MessageError(IntEnum):
    """What is the matter with a message."""

    NONE = 0
    CUT = 1
    """A piece of one that is longer than a message may be: it goes on in the next."""

    BROKEN = 2
    """Not what the framing says: what comes after it may be a message again."""

    UNFINISHED = 3
    """Its end never came."""


Message = tuple[bytes, MessageError]


class Framer(ABC):
    """Takes the bytes of one direction of one connection, in order."""

    def __init__(self, longest: int = LONGEST_MESSAGE) -> None:
        self._longest = longest
        self._held = bytearray()
        self._left = 0
        """Bytes still to come of a message that was announced to be longer than is held."""

    @property
    def pending(self) -> int:
        """Bytes of a message whose end has not come yet."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes."""
        held = self._held
        held += data
        made: list[Message] = []
        start = 0
        while start < len(held):
            cut = self._piece(start) if self._left else self._cut(start)
            if cut is None:
                break
            stop, flaw = cut
            made.append((bytes(held[start:stop]), flaw))
            start = stop
        del held[:start]
        return made

    def finish(self, flaw: MessageError = MessageError.UNFINISHED) -> list[Message]:
        """What is held back, as its end will not come. What is fed next begins a message."""
        rest = bytes(self._held)
        self._held.clear()
        self._left = 0
        return [(rest, flaw)] if rest else []

    @abstractmethod
    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        """Where the message that begins at `start` of what is held ends; `None` as yet unknown."""

    def _whole(self, start: int, size: int) -> tuple[int, MessageError] | None:
        """The end of a message of `size` bytes; one that is too long goes into pieces."""
        if size > self._longest:
            self._left = size
            return self._piece(start)
        return (start + size, MessageError.NONE) if start + size <= len(self._held) else None

    def _piece(self, start: int) -> tuple[int, MessageError] | None:
        size = min(self._left, self._longest)
        if start + size > len(self._held):
            return None
        self._left -= size
        return start + size, MessageError.CUT if self._left else MessageError.NONE


class _Delimited(Framer):
    def __init__(self, delimiter: bytes, longest: int) -> None:
        super().__init__(longest)
        self._delimiter = delimiter
        self._searched = 0
        """So many of the bytes held have no delimiter that begins in them."""

    def feed(self, data: bytes) -> list[Message]:
        size, end = len(data), self._delimiter
        if not self._held and size <= self._longest and data.find(end) == size - len(end) >= 0:
            return [(data, MessageError.NONE)]  # a message a chunk, as most are
        return super().feed(data)

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        held, delimiter = self._held, self._delimiter
        most = start + self._longest
        at = held.find(delimiter, start + self._searched, most)
        self._searched = 0
        if at >= 0:
            return at + len(delimiter), MessageError.NONE
        if len(held) >= most:
            return most, MessageError.CUT
        self._searched = max(0, len(held) - start - len(delimiter) + 1)
        return None

    def finish(self, flaw: MessageError = MessageError.UNFINISHED) -> list[Message]:
        self._searched = 0
        return super().finish(flaw)


class _Fixed(Framer):
    def __init__(self, size: int, longest: int) -> None:
        super().__init__(longest)
        self._size = size

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        return self._whole(start, self._size)


class _Prefixed(Framer):
    def __init__(self, framing: LengthPrefix, longest: int) -> None:
        super().__init__(longest)
        self._width = framing.width
        self._order = framing.order
        self._more = 0 if framing.counts_itself else framing.width

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        body = start + self._width
        if body > len(self._held):
            return None
        size = int.from_bytes(self._held[start:body], self._order) + self._more
        if size < self._width:  # it says that it counts itself, and is too small for that
            return body, MessageError.BROKEN
        return self._whole(start, size)


class _Netstrings(Framer):
    """https://cr.yp.to/proto/netstrings.txt. After what is none, the next may follow a comma."""

    _MOST_DIGITS = 10

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self._is_lost = False

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        if self._is_lost:
            return self._resume(start)
        held = self._held
        colon = held.find(b":", start, start + self._MOST_DIGITS + 1)
        digits = held[start : colon if colon >= 0 else start + self._MOST_DIGITS + 1]
        if not _may_be_length(digits) or (colon < 0 and len(digits) > self._MOST_DIGITS):
            return self._resume(start)
        if colon < 0:
            return None
        if not digits:
            return self._resume(start)
        size = colon + 1 - start + int(digits) + 1
        comma = start + size - 1
        if size <= self._longest and comma < len(held) and held[comma : comma + 1] != b",":
            return self._resume(start)
        return self._whole(start, size)

    def _resume(self, start: int) -> tuple[int, MessageError] | None:
        """Pass over what is no netstring: up to a comma, or to as much as a message may have."""
        comma = self._held.find(b",", start, start + self._longest)
        self._is_lost = comma < 0
        if comma >= 0:
            return comma + 1, MessageError.BROKEN
        if len(self._held) - start >= self._longest:
            return start + self._longest, MessageError.BROKEN
        return None

    def finish(self, flaw: MessageError = MessageError.UNFINISHED) -> list[Message]:
        self._is_lost = False
        return super().finish(flaw)


def _may_be_length(digits: bytes | bytearray) -> bool:
    if not digits:
        return True
    return digits.isdigit() and (digits[:1] != b"0" or len(digits) == 1)


@frozen
class Lines:
    """Each ends in LF; a CR before it belongs to the line end."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Delimited(b"\n", longest)


@frozen
class Delimited:
    """Each ends in `delimiter`, which is not empty."""

    delimiter: bytes

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Delimited(self.delimiter, longest)


@frozen
class FixedLength:
    """Each has `size` bytes, at least one."""

    size: int

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Fixed(self.size, longest)


@frozen
class LengthPrefix:
    """Each begins with its length, in `width` bytes of that `order`."""

    width: Literal[1, 2, 4]
    order: Literal["big", "little"] = "big"
    counts_itself: bool = False
    """Whether the length has the bytes that say it in it."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Prefixed(self, longest)


@frozen
class Netstrings:
    """Each is its length in digits, a colon, so many bytes, and a comma."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Netstrings(longest)


Framing = Lines | Delimited | FixedLength | LengthPrefix | Netstrings
