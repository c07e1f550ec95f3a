"""Messages made from the chunks of a log: each side of each connection is framed separately.

The messages are stored in a second chunk log. So the code that shows, filters, searches and exports
chunks works for messages too. The second log has its own bounds. It exists only while a view shows
messages.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import takewhile
from time import monotonic

from attrs import frozen

from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.framing import Framer, Framing, Message, MessageError
from app.traffic.http_framing import Exchanges, Http, WebSockets
from app.traffic.source import ChunkSource

MAX_PENDING_BYTES = 32 * 1024 * 1024
"""Bytes of all incomplete messages together. Above this limit, the message that grows is cut."""

SPAN_BYTES = 64 * 1024
SPAN_CHUNKS = 256
"""The most that is framed before the clock is checked."""

SEARCHED_MESSAGES = 10_000
"""How many messages `message_of` checks at most."""

MOST_JOINED_BYTES = 16 * 1024 * 1024
"""Bytes of a long message that `whole` joins, and the rest of a piece."""


@frozen
class JoinedChunk(Chunk):
    """A long message, joined from the pieces that it was cut into."""

    pieces: int
    """How many are joined."""

    kept: int
    """How many the log has. They are more if they have more bytes than `MOST_JOINED_BYTES`."""


class _Side:
    """One direction of one connection."""

    __slots__ = ("began_at", "framer")

    def __init__(self, framer: Framer | None) -> None:
        self.framer = framer
        """`None` for UDP, where each chunk is a message."""
        self.began_at = 0.0
        """The time of the first byte that the framer buffers."""


class Messages:
    """Frames the chunks of `source` in steps. `log` has the messages so far, ordered by their ends.

    The time of a message is that of its first byte. A message may stay incomplete, because the
    connection ended or because chunks were dropped before they were framed. It is stored as it is;
    `flaw` tells about it.
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
        """`is_datagram` tells, for the number of a connection, whether its chunks are datagrams."""
        self.framing = framing
        self.log = ChunkLog(max_bytes=max_bytes, max_chunks=max_chunks)
        self.until: int | None = None
        """The number of the first chunk not to frame, or `None` for no limit."""
        self.missed = 0
        """How many chunks were dropped before they could be framed."""
        self.pending_bytes = 0
        """Bytes of all messages that are not complete yet."""
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
        self._exchanges = Exchanges() if isinstance(framing, Http | WebSockets) else None
        self._flawed = array("Q")
        self._flaws = bytearray()
        self._growing: dict[int, int] = {}
        """For each side whose last message is a piece of a longer one: its number."""
        self._pieces_before: dict[int, int] = {}
        self._pieces_after: dict[int, int] = {}
        """The piece of the same message before that number, and the one after it."""
        self._joined: tuple[list[int], float, bytes] | None = None
        """What was joined last, as a view asks for the same message at each tick."""

    @property
    def framed(self) -> int:
        """Chunks below this number are framed."""
        return self._next

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to frame, as of now."""
        return self._next >= self._last and not self._has_endings

    def flaw(self, number: int) -> MessageError:
        """The error of the message with that number."""
        place = bisect_left(self._flawed, number)
        if place < len(self._flawed) and self._flawed[place] == number:
            return MessageError(self._flaws[place])
        return MessageError.NONE

    def partner(self, number: int) -> int | None:
        """With HTTP: the number of the response to that request, or of the request that it answers.

        `None` if there is none, or if it came not yet.
        """
        if self._exchanges is None:
            return None
        return self._exchanges.partner(self._first_piece(number))

    def whole(self, number: int) -> Chunk | None:
        """The message with that number. If it is a piece, all pieces that are kept are joined."""
        chunk = self.log.chunk(number)
        numbers = list(self._pieces_from(self._first_piece(number)))
        if chunk is None or len(numbers) == 1:
            return chunk
        known = self._joined
        is_known = known is not None and numbers[: len(known[0])] == known[0]
        is_full = known is not None and len(known[2]) >= MOST_JOINED_BYTES
        if known is None or not is_known or (len(known[0]) < len(numbers) and not is_full):
            known = self._joined = self._join(numbers)
        joined, began_at, data = known
        return JoinedChunk(
            number, began_at, chunk.connection, chunk.sent, data, len(joined), len(numbers)
        )

    def _join(self, numbers: list[int]) -> tuple[list[int], float, bytes]:
        """The first of these pieces that make up `MOST_JOINED_BYTES`: numbers, time and bytes."""
        pieces: list[Chunk] = []
        size = 0
        for each in numbers:
            piece = self.log.chunk(each)
            assert piece is not None
            pieces.append(piece)
            size += len(piece.data)
            if size >= MOST_JOINED_BYTES:
                break
        began_at = min(each.time for each in pieces)
        return numbers[: len(pieces)], began_at, b"".join(each.data for each in pieces)

    def is_growing(self, number: int) -> bool:
        """Whether more pieces of that message may come."""
        *_, last = self._pieces_from(number)
        return last in self._growing.values()

    def _first_piece(self, number: int) -> int:
        while (before := self._pieces_before.get(number, -1)) >= self.log.first:
            number = before
        return number

    def _pieces_from(self, number: int) -> Iterator[int]:
        piece: int | None = number
        while piece is not None:
            yield piece
            piece = self._pieces_after.get(piece)

    def chunk_of(self, number: int) -> int | None:
        """The number of the chunk in which that message ends; `None` if it is not kept."""
        place = number - self._first_known
        return self._ended_in[place] if 0 <= place < len(self._ended_in) else None

    def message_of(self, number: int) -> int | None:
        """The number of the message that ends in that chunk. If none does, of the one that begins
        there.

        `None` if there is no such message, or if it is not found among `SEARCHED_MESSAGES`.
        """
        chunk = self._source.chunk(number)
        if chunk is None:
            return None
        start = self._first_known + bisect_left(self._ended_in, number)
        for each in range(start, min(start + SEARCHED_MESSAGES, self.log.end)):
            found = self.log.chunk(each)
            if found and (found.connection, found.sent) == (chunk.connection, chunk.sent):
                return each
        return None

    def clear(self) -> None:
        """Forget all messages. Call it after the source was cleared."""
        self.log.clear()
        self._sides.clear()
        self._growing.clear()
        self._joined = None
        self.pending_bytes = 0
        self._next = self._source.end
        self._next_ending = self._endings.end
        self._trim()

    def step(self, seconds: float) -> bool:
        """Frame for about `seconds`. Returns `is_done`."""
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
        """Whether a connection ended before the next chunk and its sides are still open here."""
        return (
            self._next_ending < self._endings.end
            and self._endings[self._next_ending].next_chunk <= self._next
        )

    def _catch_up(self) -> None:
        """End all incomplete messages if the source dropped chunks before they were framed."""
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
        # Stop at the next end of a connection, so that its last message is finished in order.
        stop = len(span)
        if self._next_ending < self._endings.end:
            stop = min(stop, self._endings[self._next_ending].next_chunk - span.first)
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
            side = self._sides[owner] = _Side(None if is_datagram else self._framer_of(owner))
        framer = side.framer
        if framer is None:
            self._keep(owner, time, time, [(data, MessageError.NONE)])
            return
        before = framer.pending
        messages = framer.feed(data)
        if messages:
            self._keep(owner, side.began_at if before else time, time, messages)
        after = framer.pending
        if after and (messages or not before):
            side.began_at = time
        self.pending_bytes += after - before
        if after and self.pending_bytes > MAX_PENDING_BYTES:
            self.pending_bytes -= after
            self._keep(owner, side.began_at, time, framer.finish(MessageError.CUT))

    def _framer_of(self, owner: int) -> Framer:
        """A framer for that direction, which may have to know what the other one says."""
        other = self._sides.get(owner ^ 1)
        found = None if other is None or other.framer is None else other.framer.opposite()
        return found or self.framing.framer()

    def _keep(self, owner: int, began_at: float, time: float, messages: list[Message]) -> None:
        log = self.log
        for data, flaw in messages:
            if flaw or self._growing:
                self._note(owner, log.end, flaw)
            self._ended_in.append(self._at)
            if self._exchanges is not None:
                self._exchanges.add(owner >> 1, log.end, data)
            log.append(began_at, owner >> 1, bool(owner & 1), data)
            began_at = time

    def _note(self, owner: int, number: int, flaw: MessageError) -> None:
        """Note what is wrong with a message, and which pieces belong together."""
        if flaw:
            self._flawed.append(number)
            self._flaws.append(flaw)
        before = self._growing.pop(owner, None)
        if before is not None and flaw is not MessageError.BROKEN:
            self._pieces_before[number] = before
            self._pieces_after[before] = number
        if flaw is MessageError.CUT:
            self._growing[owner] = number

    def _end_connections(self) -> None:
        while self._has_endings:
            connection = self._endings[self._next_ending].connection
            self._next_ending += 1
            for owner in (connection << 1, connection << 1 | 1):
                if owner in self._sides:
                    self._end_side(owner)
            if self._exchanges is not None:
                self._exchanges.end(connection)

    def _end_side(self, owner: int) -> None:
        side = self._sides.pop(owner)
        if side.framer is None:
            return
        self.pending_bytes -= side.framer.pending
        self._keep(owner, side.began_at, side.began_at, side.framer.finish())
        self._growing.pop(owner, None)

    def _trim(self) -> None:
        del self._ended_in[: self.log.first - self._first_known]
        self._first_known = self.log.first
        if self._exchanges is not None:
            self._exchanges.forget(self.log.first)
        for links in (
            self._pieces_before,
            self._pieces_after,
        ):  # nearly in the order of their numbers
            for number in list(takewhile(lambda each: each < self.log.first, links)):
                del links[number]
        gone = bisect_left(self._flawed, self.log.first)
        if gone:
            del self._flawed[:gone], self._flaws[:gone]
