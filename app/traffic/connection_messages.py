"""One connection as messages of client and server, read from a log, a recording or a capture.

Reply rules, comparisons and replays are made from these. The number of messages and their size are
bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

from attrs import frozen

from app.traffic.framing import Framer, Framing, MessageError
from app.traffic.scan import Criteria, Scan
from app.traffic.source import ChunkSource

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_MESSAGES: Final = 100_000
LOOK_EVERY: Final = 16
"""How many chunks are read before the clock is checked."""


@frozen
class ConnectionMessage:
    """One message of a client or a server."""

    time: float
    """The time of its first byte, in unix seconds."""

    from_server: bool
    data: bytes
    """All bytes of the message, with its line end or its length."""

    is_whole: bool = True
    """Whether it follows the framing and none of its bytes is missing."""


class ConnectionReader:
    """Reads the messages of one connection, in steps.

    Without a framing, all bytes that one side sends before the other side sends something are one
    message, because the sizes of reads mean nothing in TCP. A datagram is always one message.
    """

    def __init__(
        self,
        source: ChunkSource,
        connection: int,
        framing: Framing | None = None,
        *,
        is_datagram: bool = False,
        began_here: bool = False,
        missing: Callable[[int], int] = lambda number: 0,
    ) -> None:
        """If `began_here`, the client is our side. `missing` returns, for the number of a chunk,
        how many bytes are missing in its place, as `Capture.missing` does.
        """
        self.messages: list[ConnectionMessage] = []
        self.is_cut = False
        """Whether messages were left out because there are too many."""
        self._source = source
        self._chunks = Scan(source, Criteria(belongs=lambda number: number == connection))
        self._is_datagram = is_datagram
        self._began_here = began_here
        self._missing = missing
        self._framers: tuple[Framer, Framer] | None = None
        if framing is not None and not is_datagram:
            self._framers = framing.framer(), framing.framer()
        self._times = [0.0, 0.0]
        """The time of the first byte that each framer buffers."""
        self._turn = bytearray()
        """Without a framing: the bytes of the side that is sending."""
        self._turn_begins: tuple[float, bool] | None = None
        self._has_gap = False
        self._position = 0
        self._bytes = 0
        self.is_done = False

    @property
    def progress(self) -> float:
        """The part of the source that was read, from 0 to 1."""
        return 1.0 if self.is_done else self._chunks.looked_at / max(1, self._source.end)

    def step(self, seconds: float) -> bool:
        """Read for about `seconds`. Returns `is_done`."""
        deadline = monotonic() + seconds
        while not self.is_done:
            self._chunks.step(max(0.0, deadline - monotonic()))
            self._position = max(self._position, self._chunks.first)
            while self._position < self._chunks.end and not self.is_cut:
                self._read(self._chunks.number(self._position))
                self._position += 1
                if self._position % LOOK_EVERY == 0 and monotonic() >= deadline:
                    return False
            if self._chunks.is_done or self.is_cut:
                self._finish()
            if monotonic() >= deadline:
                break
        return self.is_done

    def _read(self, number: int) -> None:
        chunk = self._source.chunk(number)
        if chunk is None:
            return
        self._bytes += len(chunk.data)
        self.is_cut = self._bytes > MOST_BYTES or len(self.messages) >= MOST_MESSAGES
        from_server = chunk.sent is not self._began_here
        if self._missing(number):
            self._note_gap(chunk.time, from_server)
        elif self._is_datagram:
            self._add(chunk.time, from_server, chunk.data)
        elif self._framers is not None:
            self._feed(self._framers[from_server], chunk.time, from_server, chunk.data)
        else:
            self._extend_turn(chunk.time, from_server, chunk.data)

    def _feed(self, framer: Framer, time: float, from_server: bool, data: bytes) -> None:
        if not framer.pending:
            self._times[from_server] = time
        for message, flaw in framer.feed(data):
            self._add(self._times[from_server], from_server, message, flaw is MessageError.NONE)
            self._times[from_server] = time

    def _extend_turn(self, time: float, from_server: bool, data: bytes) -> None:
        if self._turn_begins is None or self._turn_begins[1] is not from_server:
            self._end_turn()
            self._turn_begins = time, from_server
        self._turn += data

    def _note_gap(self, time: float, from_server: bool) -> None:
        """Bytes are missing here, so the current message is not whole."""
        if self._is_datagram:
            if self.messages:
                last = self.messages.pop()
                self._add(last.time, last.from_server, last.data, is_whole=False)
        elif self._framers is not None:
            for rest, _ in self._framers[from_server].finish():
                self._add(self._times[from_server], from_server, rest, is_whole=False)
        else:
            self._extend_turn(time, from_server, b"")
            self._has_gap = True

    def _end_turn(self) -> None:
        if self._turn_begins is not None:
            time, from_server = self._turn_begins
            self._add(time, from_server, bytes(self._turn), not self._has_gap)
        self._turn.clear()
        self._turn_begins = None
        self._has_gap = False

    def _finish(self) -> None:
        self._end_turn()
        for from_server, framer in enumerate(self._framers or ()):
            for rest, _ in framer.finish():
                self._add(self._times[from_server], bool(from_server), rest, is_whole=False)
        self.is_done = True

    def _add(self, time: float, from_server: bool, data: bytes, is_whole: bool = True) -> None:
        self.messages.append(ConnectionMessage(time, from_server, data, is_whole))
