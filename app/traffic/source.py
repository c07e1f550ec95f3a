"""What a view of traffic looks at: the live log or a recording, which answer the same questions."""

from __future__ import annotations

from array import array
from typing import Protocol

from app.traffic.chunk_log import Chunk, Span
from app.traffic.connection_info import ConnectionEnds


class ChunkSource(Protocol):
    """Chunks with numbers that ascend without gaps; those in `range(first, end)` are kept."""

    def __len__(self) -> int:
        """How many chunks are kept."""

    @property
    def first(self) -> int:
        """The number of the oldest chunk kept; `end` when none is."""

    @property
    def end(self) -> int:
        """The number that the next chunk will have."""

    @property
    def began_at(self) -> float:
        """The time of the first chunk (unix seconds), also once it is gone."""

    @property
    def kept_bytes(self) -> int:
        """Bytes of payload in the chunks that are kept."""

    @property
    def dropped(self) -> int:
        """How many chunks crossed and are not kept."""

    @property
    def dropped_bytes(self) -> int:
        """Bytes of payload that crossed and are not kept."""

    @property
    def cleared(self) -> int:
        """How many chunks were forgotten because somebody said so."""

    @property
    def cleared_bytes(self) -> int:
        """Bytes of payload in those."""

    @property
    def endings(self) -> ConnectionEnds:
        """How connections ended, as far as that is known."""

    def look(self) -> tuple[int, int]:
        """`(first, end)` as of now."""

    def chunk(self, number: int) -> Chunk | None:
        """The chunk of that number; `None` if it is not kept any more, or not there yet."""

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on, or from the oldest kept, that fit; at least one.

        `None` if there is nothing from `number` on.
        """


# MERGED traffic/rows: Which chunks a view shows, in order: all of them, or the finds of a scan.
#
# Rows have positions that never change. New ones come at the end, the oldest go at the front.


class RowSelection(Protocol):
    """Positions in `range(first, end)` have a chunk each; numbers ascend with positions."""

    @property
    def first(self) -> int:
        """The position of the oldest."""

    @property
    def end(self) -> int:
        """The position that the next one will have."""

    def number(self, position: int) -> int:
        """The number of the chunk at `position`, which must be in `range(first, end)`."""

    def numbers(self, start: int, stop: int) -> array[int]:
        """Those of `range(start, stop)`, all of them positions that are kept."""

    def position(self, number: int) -> int:
        """The position of the first one whose number is `number` or more; `end` if none is."""


class AllRows:
    """All chunks that a log keeps: the position of each is its number."""

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
