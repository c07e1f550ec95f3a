"""A run of chunks in columns: what the chunk log consists of, and what it drops at once."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator

CHUNK_OVERHEAD_BYTES = 20


class Block:
    """A run of chunks. `ends[i]` is where chunk `i` ends in `payload`."""

    __slots__ = ("ends", "first", "owners", "payload", "times")

    def __init__(self, first: int) -> None:
        self.first = first
        self.payload: bytearray | bytes = bytearray()
        self.ends = array("I")
        self.times = array("d")
        self.owners = array("Q")

    @property
    def cost(self) -> int:
        """Bytes of memory, its own overhead included."""
        return len(self.payload) + CHUNK_OVERHEAD_BYTES * len(self.ends)

    def parts(self, most_bytes: int, most_chunks: int) -> Iterator[Block]:
        """The same chunks in blocks of at most so many bytes, or one chunk, and so many chunks."""
        begin = 0
        while begin < len(self.ends):
            base = self.ends[begin - 1] if begin else 0
            fitting = bisect_right(self.ends, base + most_bytes, begin) - begin
            stop = begin + max(1, min(fitting, most_chunks))
            part = Block(self.first + begin)
            part.payload = bytes(self.payload[base : self.ends[stop - 1]])
            part.ends = array("I", [end - base for end in self.ends[begin:stop]])
            part.times, part.owners = self.times[begin:stop], self.owners[begin:stop]
            yield part
            begin = stop
