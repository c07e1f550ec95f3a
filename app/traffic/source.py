"""The interface of everything that a traffic view can show.

A `ChunkSource` is the live log, a recording or a capture file. `RowSelection` is the list of rows
that a view shows of one: all chunks, or the results of a filter.
"""

from __future__ import annotations

from array import array
from typing import Protocol

from app.traffic.chunk_log import Chunk, Span
from app.traffic.connection_info import ConnectionEnds


class ChunkSource(Protocol):
    """Chunks numbered without gaps. Those in `range(first, end)` are kept."""

    def __len__(self) -> int:
        """How many chunks are kept."""

    @property
    def first(self) -> int:
        """The number of the oldest chunk kept; `end` if none is."""

    @property
    def end(self) -> int:
        """The number that the next chunk will have."""

    @property
    def began_at(self) -> float:
        """The time of the first chunk (unix seconds), even after it was dropped."""

    @property
    def kept_bytes(self) -> int:
        """Bytes of payload in the chunks that are kept."""

    @property
    def dropped(self) -> int:
        """How many chunks were lost because of the bounds."""

    @property
    def dropped_bytes(self) -> int:
        """Bytes of payload that were lost because of the bounds."""

    @property
    def cleared(self) -> int:
        """How many chunks the user cleared."""

    @property
    def cleared_bytes(self) -> int:
        """Bytes of payload that the user cleared."""

    @property
    def endings(self) -> ConnectionEnds:
        """The ends of connections, as far as they are known."""

    def look(self) -> tuple[int, int]:
        """`(first, end)` as of now."""

    def chunk(self, number: int) -> Chunk | None:
        """The chunk with that number; `None` if it was dropped or does not exist yet."""

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on (or from the oldest kept) that fit into the limits.

        At least one chunk, even if it is larger. `None` if there is none from `number` on.
        """


class RowSelection(Protocol):
    """The chunks that a view shows, in order. `Scan` is one too.

    A row has a position that never changes. New rows are added at the end, the oldest are dropped
    at the front. The numbers of the chunks ascend with the positions.
    """

    @property
    def first(self) -> int:
        """The position of the oldest row."""

    @property
    def end(self) -> int:
        """The position that the next row will have."""

    def number(self, position: int) -> int:
        """The number of the chunk at `position`, which must be in `range(first, end)`."""

    def numbers(self, start: int, stop: int) -> array[int]:
        """The numbers at the positions in `range(start, stop)`, which must be kept."""

    def position(self, number: int) -> int:
        """The position of the first row whose chunk number is `number` or more; `end` if none
        is."""


class AllRows:
    """All chunks that a log keeps. The position of each is its number."""

    def __init__(self, log: ChunkSource) -> None:
        self._log = log

    @property
    def first(self) -> int:
        return self._log.first

    @property
    def end(self) -> int:
        return self._log.end

    def number(self, position: int) -> int:
        return position

    def numbers(self, start: int, stop: int) -> array[int]:
        return array("Q", range(start, stop))

    def position(self, number: int) -> int:
        return min(max(number, self._log.first), self._log.end)
