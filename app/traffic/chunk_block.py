"""A block of the chunk log: a run of chunks whose bytes lie in one piece of memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO

CHUNK_OVERHEAD_BYTES = 20


class Block:
    """A run of chunks in columns. The log drops whole blocks.

    Chunk `i` ends at position `ends[i]`; all of them have `size` bytes. `owners[i]` is
    `connection * 2 + sent`.

    A chunk that is the very object of the chunk before it is stored once. Therefore a position is
    not always the place in `payload`: see `data`. `free` bytes of `payload` are not used yet.

    The memory of `payload` is allocated once, all `capacity` bytes of it, and can serve a later
    block: fresh memory costs a page fault for every 4 KiB, which takes longer than the copy does.
    It is a `BytesIO` because its `write` is the fastest way to fill memory that is there already.
    The slice assignment of a `bytearray` copies twice, that of a `memoryview` makes two objects.
    """

    __slots__ = (
        "_shared_from",
        "_shifts",
        "capacity",
        "ends",
        "first",
        "free",
        "owners",
        "payload",
        "size",
        "times",
    )

    def __init__(self, first: int, payload: BytesIO, capacity: int) -> None:
        self.first = first
        self.payload = payload
        self.capacity = self.free = capacity
        self.size = 0
        self.ends = array("I")
        self.times = array("d")
        self.owners = array("Q")
        self._shared_from = array("I")
        self._shifts = array("I")
        """From position `_shared_from[k]` on, the place in `payload` is `_shifts[k]` bytes
        lower."""

    @classmethod
    def allocate(cls, first: int, capacity: int) -> Block:
        """An empty block with memory for `capacity` bytes of payload."""
        payload = BytesIO()
        payload.seek(capacity - 1)
        payload.write(b"\0")
        payload.seek(0)
        return cls(first, payload, capacity)

    def reuse(self, first: int) -> Block:
        """An empty block in the memory of this one, which must not be used any more."""
        self.payload.seek(0)
        return Block(first, self.payload, self.capacity)

    @property
    def cost(self) -> int:
        """Bytes of memory: the allocated payload and the overhead of the chunks."""
        return self.capacity + CHUNK_OVERHEAD_BYTES * len(self.ends)

    def share(self, size: int) -> None:
        """Add the previous chunk of `size` bytes once more, without storing it again."""
        self._shifts.append(size + (self._shifts[-1] if self._shifts else 0))
        self._shared_from.append(self.size)

    def data(self, start: int, stop: int) -> bytes:
        """A copy of the bytes at those positions, made in one step."""
        payload = self.payload.getbuffer()
        if not self._shifts:  # as in most blocks
            return bytes(payload[start:stop])
        index = bisect_right(self._shared_from, start)
        shift = self._shifts[index - 1] if index else 0
        pieces = []
        for end, next_shift in zip(self._shared_from[index:], self._shifts[index:], strict=True):
            if end >= stop:
                break
            pieces.append(payload[start - shift : end - shift])
            start, shift = end, next_shift
        pieces.append(payload[start - shift : stop - shift])
        return b"".join(pieces)

    def trim(self) -> None:
        """Give back the rest of the payload if less than half of it is used.

        A `BytesIO` keeps its memory when it is shortened by less than half.
        """
        if self.free > self.capacity // 2:
            self.capacity -= self.free
            self.free = 0
            self.payload.truncate(self.capacity)

    def parts(self, most_bytes: int, most_chunks: int) -> Iterator[Block]:
        """The same chunks in smaller blocks. A block may exceed `most_bytes` if it has one chunk
        only."""
        begin = 0
        while begin < len(self.ends):
            base = self.ends[begin - 1] if begin else 0
            fitting = bisect_right(self.ends, base + most_bytes, begin) - begin
            stop = begin + max(1, min(fitting, most_chunks))
            data = self.data(base, self.ends[stop - 1])
            part = Block(self.first + begin, BytesIO(data), len(data))
            part.size, part.free = len(data), 0
            part.ends = array("I", [end - base for end in self.ends[begin:stop]])
            part.times, part.owners = self.times[begin:stop], self.owners[begin:stop]
            yield part
            begin = stop
