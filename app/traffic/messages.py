"""The chunks of a log as messages: framed as they come, each side of each connection by itself.

Messages are kept in a log of their own, so whatever shows, filters, finds and exports chunks does
so with messages as well. That log has bounds of its own; it is there while somebody looks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from time import monotonic

from app.traffic.chunk_log import ChunkLog
from app.traffic.framing import Framer, Framing, Message, MessageError
from app.traffic.source import ChunkSource

MAX_PENDING_BYTES = 32 * 1024 * 1024
"""Of all messages whose end has not come. Beyond that, the one that grows is cut."""

SPAN_BYTES = 64 * 1024
SPAN_CHUNKS = 256
"""What is framed between two looks at the clock."""

MOST_LOOKED_AT = 10_000
"""Messages, to find the one that a chunk is in."""


class _Side:
    """One direction of one connection."""

    __slots__ = ("began_at", "framer")

    def __init__(self, framer: Framer | None) -> None:
        self.framer = framer
        """`None` where each chunk is a message already."""
        self.began_at = 0.0
        """When the first byte crossed of what the framer holds back."""


class Messages:
    """Frames what `source` keeps, in steps; `log` has the messages so far, in the order they ended.

    The time of a message is that of its first byte. A message whose end never came, because the
    connection ended or its chunks were dropped before their turn, is given as it is; see `flaw`.
    """

    def __init__(
        self,
        source: ChunkSource,
        framing: Framing,
        *,
        max_bytes: int,
        max_chunks: int,
        is_datagram: Callable[[int], bool] = lambda connection: False,
    ) -> None:
        """`is_datagram` says of a connection, by its number, that its chunks are whole messages."""
        self.framing = framing
        self.log = ChunkLog(max_bytes=max_bytes, max_chunks=max_chunks)
        self.until: int | None = None
        """Frame no chunk from this number on; `None` for no such bound."""
        self.missed = 0
        """How many chunks were dropped before they could be framed."""
        self.pending_bytes = 0
        """Of messages whose end has not come yet."""
        self._source = source
        self._is_datagram = is_datagram
        self._endings = source.endings
        self._next = source.first
        self._next_ending = self._endings.position(source.first)
        self._sides: dict[int, _Side] = {}
        self._ended_in = array("Q")
        """The number of the chunk in which each kept message ended."""
        self._first_known = 0
        self._at = 0
        """The number of the chunk that was framed last."""
        self._flawed = array("Q")
        self._flaws = bytearray()

    @property
    def framed(self) -> int:
        """Chunks below this number are framed."""
        return self._next

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to frame, as of now."""
        return self._next >= self._last and not self._has_endings

    def flaw(self, number: int) -> MessageError:
        """What is the matter with the message of that number."""
        place = bisect_left(self._flawed, number)
        if place < len(self._flawed) and self._flawed[place] == number:
            return MessageError(self._flaws[place])
        return MessageError.NONE

    def chunk_of(self, number: int) -> int | None:
        """The number of the chunk in which that message ended; `None` if it is not kept."""
        place = number - self._first_known
        return self._ended_in[place] if 0 <= place < len(self._ended_in) else None

    def message_of(self, number: int) -> int | None:
        """The number of the message that ended in that chunk, or else began there."""
        chunk = self._source.chunk(number)
        if chunk is None:
            return None
        start = self._first_known + bisect_left(self._ended_in, number)
        for each in range(start, min(start + MOST_LOOKED_AT, self.log.end)):
            found = self.log.chunk(each)
            if found and (found.connection, found.sent) == (chunk.connection, chunk.sent):
                return each
        return None

    def clear(self) -> None:
        """Forget all messages, as the source forgot all its chunks."""
        self.log.clear()
        self._sides.clear()
        self.pending_bytes = 0
        self._next = self._source.end
        self._next_ending = self._endings.end
        self._trim()

    def step(self, seconds: float) -> bool:
        """Go on for about `seconds`. Gives `is_done`."""
        deadline = monotonic() + seconds
        self._catch_up()
        while not self.is_done:
            self._frame_span()
            if monotonic() >= deadline:
                break
        self._trim()
        return self.is_done

    @property
    def _last(self) -> int:
        end = self._source.end
        return end if self.until is None else min(end, self.until)

    @property
    def _has_endings(self) -> bool:
        """Whether a connection ended before the next chunk, and its sides do not know yet."""
        return (
            self._next_ending < self._endings.end
            and self._endings[self._next_ending].at <= self._next
        )

    def _catch_up(self) -> None:
        """What was dropped before its turn has torn every message that was under way."""
        first = self._source.first
        if self._next >= first and self._next_ending >= self._endings.first:
            return
        self.missed += max(0, first - self._next)
        self._next = max(self._next, first)
        self._next_ending = max(self._next_ending, self._endings.first)
        for owner in list(self._sides):
            self._end_side(owner)

    def _frame_span(self) -> None:
        self._end_connections()
        room = min(SPAN_CHUNKS, self._last - self._next)
        span = self._source.span(self._next, SPAN_BYTES, room) if room > 0 else None
        if span is None:
            return
        # Up to the next ending: what comes after it belongs to other connections.
        stop = len(span)
        if self._next_ending < self._endings.end:
            stop = min(stop, self._endings[self._next_ending].at - span.first)
        data, ends, owners, times = span.data, span.ends, span.owners, span.times
        start = 0
        for index in range(stop):
            self._at = span.first + index
            end = ends[index]
            self._feed(owners[index], times[index], data[start:end])
            start = end
        self._next = span.first + stop
        self._end_connections()

    def _feed(self, owner: int, time: float, data: bytes) -> None:
        side = self._sides.get(owner)
        if side is None:
            is_datagram = self._is_datagram(owner >> 1)
            side = self._sides[owner] = _Side(None if is_datagram else self.framing.framer())
        framer = side.framer
        if framer is None:
            self._keep(owner, time, time, [(data, MessageError.NONE)])
            return
        held = framer.pending
        messages = framer.feed(data)
        if messages:
            self._keep(owner, side.began_at if held else time, time, messages)
        left = framer.pending
        if left and (messages or not held):
            side.began_at = time
        self.pending_bytes += left - held
        if left and self.pending_bytes > MAX_PENDING_BYTES:
            self.pending_bytes -= left
            self._keep(owner, side.began_at, time, framer.finish(MessageError.CUT))

    def _keep(self, owner: int, began_at: float, time: float, messages: list[Message]) -> None:
        log = self.log
        for data, flaw in messages:
            if flaw:
                self._flawed.append(log.end)
                self._flaws.append(flaw)
            self._ended_in.append(self._at)
            log.append(began_at, owner >> 1, bool(owner & 1), data)
            began_at = time

    def _end_connections(self) -> None:
        while self._has_endings:
            connection = self._endings[self._next_ending].connection
            self._next_ending += 1
            for owner in (connection << 1, connection << 1 | 1):
                if owner in self._sides:
                    self._end_side(owner)

    def _end_side(self, owner: int) -> None:
        side = self._sides.pop(owner)
        if side.framer is None:
            return
        self.pending_bytes -= side.framer.pending
        self._keep(owner, side.began_at, side.began_at, side.framer.finish())

    def _trim(self) -> None:
        del self._ended_in[: self.log.first - self._first_known]
        self._first_known = self.log.first
        gone = bisect_left(self._flawed, self.log.first)
        if gone:
            del self._flawed[:gone], self._flaws[:gone]
