"""One connection as messages of a client and a server, read from a log, a recording or a capture.

Rules for replies, comparisons and replays are made from these. The number of messages and of their
bytes is bounded.
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
"""Chunks between two looks at the clock."""


@frozen
class ConnectionMessage:
    """One message of a client or a server."""

    time: float
    """Unix seconds, of its first byte."""

    from_server: bool
    data: bytes
    """With all of its bytes, line end and length included."""

    is_whole: bool = True
    """Whether it is as the framing says, and none of its bytes is missing."""


class ConnectionReader:
    """Reads the messages of one connection, in steps.

    Without a framing, all that one side says until the other one speaks is a message, as the cuts
    of TCP mean nothing. A datagram is a message by itself, whatever the framing.
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
        """`began_here`: what was sent is the client's. `missing` tells of a chunk, by its number,
        how many bytes are missing in its place, as `Capture.missing` does."""
        self.messages: list[ConnectionMessage] = []
        self.is_cut = False
        """Whether there is more than is kept here."""
        self._source = source
        self._chunks = Scan(source, Criteria(belongs=lambda number: number == connection))
        self._is_datagram = is_datagram
        self._began_here = began_here
        self._missing = missing
        self._framers: tuple[Framer, Framer] | None = None
        if framing is not None and not is_datagram:
            self._framers = framing.framer(), framing.framer()
        self._times = [0.0, 0.0]
        """When what each framer holds back began."""
        self._turn = bytearray()
        """The bytes of the side that speaks, where there is no framing."""
        self._turn_begins: tuple[float, bool] | None = None
        self._is_torn = False
        self._position = 0
        self._bytes = 0
        self.is_done = False

    @property
    def progress(self) -> float:
        """How much of the source was looked at, from 0 to 1."""
        return 1.0 if self.is_done else self._chunks.looked_at / max(1, self._source.end)

    def step(self, seconds: float) -> bool:
        """Go on for about `seconds`. Gives `is_done`."""
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
            self._tear(chunk.time, from_server)
        elif self._is_datagram:
            self._add(chunk.time, from_server, chunk.data)
        elif self._framers is not None:
            self._feed(self._framers[from_server], chunk.time, from_server, chunk.data)
        else:
            self._say(chunk.time, from_server, chunk.data)

    def _feed(self, framer: Framer, time: float, from_server: bool, data: bytes) -> None:
        if not framer.pending:
            self._times[from_server] = time
        for message, flaw in framer.feed(data):
            self._add(self._times[from_server], from_server, message, flaw is MessageError.NONE)
            self._times[from_server] = time

    def _say(self, time: float, from_server: bool, data: bytes) -> None:
        if self._turn_begins is None or self._turn_begins[1] is not from_server:
            self._end_turn()
            self._turn_begins = time, from_server
        self._turn += data

    def _tear(self, time: float, from_server: bool) -> None:
        """Bytes are missing here, so neither this message nor the next one is whole."""
        if self._is_datagram:
            if self.messages:
                last = self.messages.pop()
                self._add(last.time, last.from_server, last.data, is_whole=False)
        elif self._framers is not None:
            for rest, _ in self._framers[from_server].finish():
                self._add(self._times[from_server], from_server, rest, is_whole=False)
        else:
            self._say(time, from_server, b"")
            self._is_torn = True

    def _end_turn(self) -> None:
        if self._turn_begins is not None:
            time, from_server = self._turn_begins
            self._add(time, from_server, bytes(self._turn), not self._is_torn)
        self._turn.clear()
        self._turn_begins = None
        self._is_torn = False

    def _finish(self) -> None:
        self._end_turn()
        for from_server, framer in enumerate(self._framers or ()):
            for rest, _ in framer.finish():
                self._add(self._times[from_server], bool(from_server), rest, is_whole=False)
        self.is_done = True

    def _add(self, time: float, from_server: bool, data: bytes, is_whole: bool = True) -> None:
        self.messages.append(ConnectionMessage(time, from_server, data, is_whole))
