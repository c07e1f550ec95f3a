"""Which chunks a view shows, in order: all of them, or the finds of a scan.

Rows have positions that never change. New ones come at the end, the oldest go at the front.
"""

from __future__ import annotations

from array import array
from typing import Protocol

from app.traffic.source import ChunkSource


class Rows(Protocol):
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


class Everything:
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
