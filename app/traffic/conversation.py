"""One connection as text: the lines of both sides in the order of time.

The stream view of the traffic tab shows it. Each side has its own incremental decoder, so a
character that is split between two chunks is decoded correctly.
"""

from __future__ import annotations

from collections import deque
from time import monotonic

from attrs import define

from app.text.readable import ReadableText
from app.traffic.connection_info import ConnectionEnd
from app.traffic.scan import Criteria, Scan
from app.traffic.source import ChunkSource

MAX_PIECES = 10_000
"""The most pieces that one `take` returns."""
LONGEST_LINE = 1_000
"""Characters. A longer line is broken."""


@define
class Piece:
    """A line, or a later part of a line. The text has no line breaks."""

    number: int
    """The number of the chunk in which it begins."""

    sent: bool
    text: str
    begins: bool
    """Whether it begins a line. Otherwise it belongs to the line of the piece before."""

    is_over: bool = False
    """Whether the line is complete. The next piece then begins a new line."""


class Conversation:
    """Reads the chunks of one connection in steps. `take` returns the new text.

    `take` returns at most the newest `MAX_PIECES`, as a user reads no more at a time. The others
    are counted in `skipped`.
    """

    def __init__(
        self,
        source: ChunkSource,
        connection: int,
        encoding: str = "utf-8",
        *,
        until: int | None = None,
        is_datagram: bool = False,
    ) -> None:
        """`encoding` is a Python codec name. Chunks from the number `until` on are left out.

        If `is_datagram`, each chunk begins and ends with a line.
        """
        self.connection = connection
        self.skipped = 0
        """How many pieces were left out because there were too many."""
        self.has_gap = False
        """Whether the log dropped unread chunks. Some may have belonged to this connection."""
        self.until = until
        self.ending: ConnectionEnd | None = None
        """The end of the connection. Set when it has ended and all chunks before that are read."""
        self._source = source
        self._is_datagram = is_datagram
        self._chunks = Scan(source, Criteria(belongs=lambda number: number == connection))
        self._position = 0
        self._next_ending = source.endings.first
        self._sides = {sent: ReadableText(encoding) for sent in (False, True)}
        self._pieces: deque[Piece] = deque()
        self._last: Piece | None = None
        self._room = 0
        """How many characters still fit into the current line."""
        self._has_lost_start = False

    @property
    def is_done(self) -> bool:
        """Whether everything that is in the log now has been read."""
        return self._chunks.is_done and self._position >= self._stop and not self._has_endings

    @property
    def progress(self) -> float:
        """The part of the connection that was read, from 0 to 1."""
        known = self._stop - self._chunks.first
        return (self._position - self._chunks.first) / known if known > 0 else 1.0

    def step(self, seconds: float) -> bool:
        """Read for about `seconds`. Returns `is_done`."""
        deadline = monotonic() + seconds
        self._catch_up()
        self._chunks.step(seconds)
        while self._position < self._stop:
            self._read(self._chunks.number(self._position))
            self._position += 1
            if self._position % 16 == 0 and monotonic() >= deadline:
                return False
        if self._chunks.is_done:
            self._find_end()
        return self.is_done

    def take(self) -> list[Piece]:
        """The text that was read since the last call."""
        pieces, self._pieces = list(self._pieces), deque()
        if pieces and self._has_lost_start:
            pieces[0].begins = True
            self._has_lost_start = False
        return pieces

    @property
    def _stop(self) -> int:
        return self._chunks.end if self.until is None else self._chunks.position(self.until)

    @property
    def _has_endings(self) -> bool:
        return self.until is None and self._next_ending < self._source.endings.end

    def _catch_up(self) -> None:
        """If the log dropped unread chunks, end the current line of both sides."""
        has_seen_all = self._chunks.looked_at >= self._source.first
        self._chunks.trim()
        if self._position >= self._chunks.first and has_seen_all:
            return
        self._position = max(self._position, self._chunks.first)
        self.has_gap = True
        self._finish()

    def _find_end(self) -> None:
        endings = self._source.endings
        self._next_ending = max(self._next_ending, endings.first)
        while self._has_endings:
            ending = endings[self._next_ending]
            self._next_ending += 1
            if ending.connection == self.connection:
                self._finish()
                self.ending = ending

    def _read(self, number: int) -> None:
        chunk = self._source.chunk(number)
        if chunk is not None:
            side = self._sides[chunk.sent]
            self._add_text(number, chunk.sent, side.feed(chunk.data))
            if self._is_datagram:
                self._add_text(number, chunk.sent, side.finish())
                if self._last is not None:
                    self._last.is_over = True

    def _finish(self) -> None:
        for sent, side in self._sides.items():
            self._add_text(-1 if self._last is None else self._last.number, sent, side.finish())

    def _add_text(self, number: int, sent: bool, text: str) -> None:
        if not text:
            return
        *whole, rest = text.split("\n")
        for line in whole:
            self._add_line(number, sent, line, is_over=True)
        if rest:
            self._add_line(number, sent, rest, is_over=False)

    def _add_line(self, number: int, sent: bool, text: str, *, is_over: bool) -> None:
        last = self._last
        if last is None or last.is_over or last.sent is not sent:
            self._room = 0
        elif not text:
            last.is_over = True
            return
        while True:
            begins = not self._room
            if begins:
                self._room = LONGEST_LINE
            part, text = text[: self._room], text[self._room :]
            self._room -= len(part)
            last = self._pieces[-1] if self._pieces and not begins else None
            if last is None:
                last = self._append(Piece(number, sent, "", begins))
            last.text += part
            last.is_over = is_over and not text
            if not text:
                return

    def _append(self, piece: Piece) -> Piece:
        self._last = piece
        self._pieces.append(piece)
        if len(self._pieces) > MAX_PIECES:
            self._pieces.popleft()
            self.skipped += 1
            self._has_lost_start = True
        return piece
