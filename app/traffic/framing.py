"""Framers: they cut the byte stream of one side of a connection into messages, without any I/O.

A framer takes bytes as they arrive and returns each message as soon as it is complete. The sizes of
the reads make no difference. A message has all of its bytes, with its line end or its length: all
messages joined are exactly the input. Bytes that do not follow the framing are returned too, with a
`MessageError`, and the framer goes on where the next message may begin.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum
from typing import Literal, Protocol

from attrs import frozen

LONGEST_MESSAGE = 256 * 1024
"""Bytes. A longer message, or one that never ends, is returned in pieces of this size."""


class MessageError(IntEnum):
    """The error of a message."""

    NONE = 0
    CUT = 1
    """A piece of a message that is too long. The next piece follows."""

    BROKEN = 2
    """These bytes do not follow the framing. A correct message may come after them."""

    UNFINISHED = 3
    """The connection ended before the message was complete."""


Message = tuple[bytes, MessageError]


class Framer(ABC):
    """Takes the bytes of one direction of one connection, in order, and returns messages.

    Memory is bounded: it buffers at most `longest` bytes and the last read.
    """

    def __init__(self, longest: int = LONGEST_MESSAGE) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._left = 0
        """Bytes that are still missing of a message whose stated length is more than `longest`."""

    @property
    def pending(self) -> int:
        """Bytes of the message that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes."""
        buffer = self._buffer
        buffer += data
        messages: list[Message] = []
        start = 0
        while start < len(buffer):
            cut = self._piece(start) if self._left else self._cut(start)
            if cut is None:
                break
            stop, flaw = cut
            messages.append((bytes(buffer[start:stop]), flaw))
            start = stop
        del buffer[:start]
        return messages

    def opposite(self) -> Framer | None:
        """The framer of the other direction, if what one side says depends on the other's."""
        return None

    def finish(self, flaw: MessageError = MessageError.UNFINISHED) -> list[Message]:
        """The rest of the buffer, as no more bytes come. The next `feed` begins a new message."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._left = 0
        return [(rest, flaw)] if rest else []

    @abstractmethod
    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        """The end of the message that begins at `start` in the buffer, or `None` if not known
        yet."""

    def _whole(self, start: int, size: int) -> tuple[int, MessageError] | None:
        """The end of a message of `size` bytes. A message that is too long is cut into pieces."""
        if size > self._longest:
            self._left = size
            return self._piece(start)
        return (start + size, MessageError.NONE) if start + size <= len(self._buffer) else None

    def _piece(self, start: int) -> tuple[int, MessageError] | None:
        size = min(self._left, self._longest)
        if start + size > len(self._buffer):
            return None
        self._left -= size
        return start + size, MessageError.CUT if self._left else MessageError.NONE


class _Delimited(Framer):
    def __init__(self, delimiter: bytes, longest: int) -> None:
        super().__init__(longest)
        self._delimiter = delimiter
        self._searched = 0
        """No delimiter begins in this many bytes at the start of the buffer."""

    def feed(self, data: bytes) -> list[Message]:
        size, end = len(data), self._delimiter
        if not self._buffer and size <= self._longest and data.find(end) == size - len(end) >= 0:
            return [(data, MessageError.NONE)]  # the usual case: a read is exactly one message
        return super().feed(data)

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        buffer, delimiter = self._buffer, self._delimiter
        limit = start + self._longest
        at = buffer.find(delimiter, start + self._searched, limit)
        self._searched = 0
        if at >= 0:
            return at + len(delimiter), MessageError.NONE
        if len(buffer) >= limit:
            return limit, MessageError.CUT
        self._searched = max(0, len(buffer) - start - len(delimiter) + 1)
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
        self._uncounted = 0 if framing.counts_itself else framing.width
        """Bytes of the message that its length does not count."""

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        body = start + self._width
        if body > len(self._buffer):
            return None
        size = int.from_bytes(self._buffer[start:body], self._order) + self._uncounted
        if size < self._width:  # the length counts its own bytes, and is less than those
            return body, MessageError.BROKEN
        return self._whole(start, size)


class _Netstrings(Framer):
    """Netstrings as in https://cr.yp.to/proto/netstrings.txt.

    After bytes that are no netstring, it looks for the next one behind a comma.
    """

    _MOST_DIGITS = 10

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self._is_lost = False

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        if self._is_lost:
            return self._resume(start)
        buffer = self._buffer
        colon = buffer.find(b":", start, start + self._MOST_DIGITS + 1)
        digits = buffer[start : colon if colon >= 0 else start + self._MOST_DIGITS + 1]
        if not _may_be_length(digits) or (colon < 0 and len(digits) > self._MOST_DIGITS):
            return self._resume(start)
        if colon < 0:
            return None
        if not digits:
            return self._resume(start)
        size = colon + 1 - start + int(digits) + 1
        comma = start + size - 1
        if size <= self._longest and comma < len(buffer) and buffer[comma : comma + 1] != b",":
            return self._resume(start)
        return self._whole(start, size)

    def _resume(self, start: int) -> tuple[int, MessageError] | None:
        """Skip bytes that are no netstring, up to a comma or to the largest size of a message."""
        comma = self._buffer.find(b",", start, start + self._longest)
        self._is_lost = comma < 0
        if comma >= 0:
            return comma + 1, MessageError.BROKEN
        if len(self._buffer) - start >= self._longest:
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
    """Each message ends in LF. A CR before it belongs to the line end."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Delimited(b"\n", longest)


@frozen
class Delimited:
    """Each message ends in `delimiter`, which must not be empty."""

    delimiter: bytes

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Delimited(self.delimiter, longest)


@frozen
class FixedLength:
    """Each message has `size` bytes, at least one."""

    size: int

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Fixed(self.size, longest)


@frozen
class LengthPrefix:
    """Each message begins with its length, in `width` bytes with the byte order `order`."""

    width: Literal[1, 2, 4]
    order: Literal["big", "little"] = "big"
    counts_itself: bool = False
    """Whether the length includes its own `width` bytes."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Prefixed(self, longest)


@frozen
class Netstrings:
    """Each message is its length in digits, a colon, that many bytes, and a comma."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _Netstrings(longest)


class Framing(Protocol):
    """How messages are told apart: one of the classes above, or of `http_framing`."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        """A framer for one direction of one connection."""
