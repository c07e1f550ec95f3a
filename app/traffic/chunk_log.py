"""The chunk log: the bounded in-memory record of all traffic.

A chunk is the data of one read or one write on a socket. A million Python objects would take three
times the memory, and each run of the garbage collector over them would stop the program for a tenth
of a second. So the log stores columns: each block is one run of bytes and some arrays of numbers. A
million chunks take 80 MB. When the bounds are reached, the oldest block is dropped, and the
counters say how many chunks were lost.

`app.server` appends to it; everything that shows, searches, exports or records traffic reads it
through `ChunkSource`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from io import BytesIO

from attrs import frozen

from app.traffic.chunk_block import CHUNK_OVERHEAD_BYTES, Block
from app.traffic.connection_info import CloseKind, ConnectionEnds

BLOCK_BYTES = 1024 * 1024
BLOCK_CHUNKS = 16 * 1024
MAX_BYTES = 128 * 1024 * 1024
MAX_CHUNKS = 1_000_000
LARGE_BYTES = 4 * 1024
"""A chunk of at least this size that is echoed as the same object is stored once for both."""


@frozen
class Chunk:
    """A copy of one chunk of the log."""

    number: int
    """Chunks are numbered from 0 without gaps."""

    time: float
    """Unix seconds."""

    connection: int
    """The number of its connection."""

    sent: bool
    """Whether it was sent to the peer. Otherwise it was received."""

    data: bytes


class Span:
    """A run of chunks with their data in one `bytes`, so that one C call can search them all.

    Chunk `first + i` is `data[start(i):ends[i]]`.
    """

    __slots__ = ("_base", "_ends", "data", "first", "owners", "times")

    def __init__(
        self,
        first: int,
        data: bytes,
        ends: array[int],
        owners: array[int],
        times: array[float],
        base: int = 0,
    ) -> None:
        """`owners` has `connection * 2 + sent` for each chunk, `times` has unix seconds. `base` is
        what must be subtracted from `ends`."""
        self.first = first
        self.data = data
        self.owners = owners
        self.times = times
        self._ends = ends
        self._base = base

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def ends(self) -> array[int]:
        """The end of each chunk in `data`. Computed on first use, as most spans have no match."""
        if self._base:
            self._ends = array("I", [end - self._base for end in self._ends])
            self._base = 0
        return self._ends

    def start(self, index: int) -> int:
        """The start of chunk `first + index` in `data`."""
        return self.ends[index - 1] if index else 0


class ChunkLog:
    """Keeps the newest chunks: at most `max_chunks`, and `max_bytes` of memory for all of them.

    The memory of a dropped block serves the next block, so a full log allocates no more payload. A
    large chunk that is echoed as the same object is stored once.

    Invariant: `len(log) + log.dropped + log.cleared` chunks, and as many bytes by the same names,
    are exactly what was ever appended. Only the first part of a chunk over a quarter of `max_bytes`
    is kept. The log drops whole blocks, so it may keep an eighth less than the bounds allow, and
    much less where the bounds are a few chunks.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        *,
        max_bytes: int = MAX_BYTES,
        max_chunks: int = MAX_CHUNKS,
    ) -> None:
        """`wake` is called at the first change after each `look`."""
        self.dropped = 0
        self.dropped_bytes = 0
        self.cleared = 0
        """How many chunks were removed by `clear`."""
        self.cleared_bytes = 0
        self.endings = ConnectionEnds()
        """The ends of the connections that may have chunks here."""
        self.began_at = 0.0
        """The time of the first chunk since the start or the last `clear`, even if it was
        dropped."""
        self._wake = wake
        self._looked = True
        self._origin = 0
        self._set_bounds(max_bytes, max_chunks)
        self._next = 0
        self._closed: list[Block] = []
        self._closed_cost = 0
        self._closed_bytes = 0
        self._tail = Block.allocate(0, self._block_bytes)
        self._received = (-1, b"")
        """The last large chunk that was received, and its number."""

    def __len__(self) -> int:
        return self._next - self.first

    @property
    def first(self) -> int:
        """The number of the oldest chunk kept; `end` if none is."""
        return self._closed[0].first if self._closed else self._tail.first

    @property
    def end(self) -> int:
        """The number that the next chunk will have."""
        return self._next

    @property
    def bounds(self) -> tuple[int, int]:
        """`(max_bytes, max_chunks)`."""
        return self._max_bytes, self._max_chunks

    @property
    def kept_bytes(self) -> int:
        """Bytes of payload of the kept chunks."""
        return self._closed_bytes + self._tail.size

    @property
    def cost(self) -> int:
        """Bytes of memory that all of it takes."""
        return self._closed_cost + self._tail.cost + self.endings.cost

    def append(self, time: float, connection: int, sent: bool, data: bytes) -> None:
        """Add a chunk of `connection` at `time` (unix seconds). This method is the `Tap` of a deck.

        It runs for each chunk of each connection and takes less than a microsecond. It calls
        nothing but `wake`, and that only once after each `look`.
        """
        size = len(data)
        if size > self._largest:
            data = self._cut(data)
            size = self._largest
        block = self._tail
        if size >= LARGE_BYTES and self._is_repeated(data, sent):
            block.share(size)
        else:
            if size > block.free:
                block = self._block_for(size)
            block.payload.write(data)
            block.free -= size
        end = block.size = block.size + size
        block.ends.append(end)
        block.times.append(time)
        block.owners.append(connection << 1 | sent)
        if self._next == self._origin:
            self.began_at = time
        self._next += 1
        if not block.free or len(block.ends) >= self._block_chunks:
            self._close_block()
        if self._looked:
            self._looked = False
            self._wake()

    def _is_repeated(self, data: bytes, sent: bool) -> bool:
        """Whether `data` is the object that was received just before, and kept in this block."""
        number, received = self._received
        self._received = (-1, b"") if sent else (self._next, data)
        return sent and received is data and self._tail.first <= number == self._next - 1

    def end_connection(self, time: float, connection: int, how: CloseKind) -> None:
        """Note that `connection` ended at `time` (unix seconds). It must get no more chunks."""
        self.endings.append(self._next, time, connection, how)
        if self.endings.cost > self._max_bytes // 16:
            self.endings.drop(len(self.endings) // 2)
        self._make_room()
        self._tell()

    def look(self) -> tuple[int, int]:
        """`(first, end)` as of now. The next change calls `wake` again."""
        self._looked = True
        return self.first, self._next

    def chunk(self, number: int) -> Chunk | None:
        """The chunk with that number; `None` if it was dropped or does not exist yet."""
        if not self.first <= number < self._next:
            return None
        block = self._block_of(number)
        index = number - block.first
        start = block.ends[index - 1] if index else 0
        owner = block.owners[index]
        data = block.data(start, block.ends[index])
        return Chunk(number, block.times[index], owner >> 1, bool(owner & 1), data)

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on (or from the oldest kept) that fit into the limits.

        At least one chunk; `None` if there is nothing from `number` on. A span ends with its block
        at the latest.
        """
        number = max(number, self.first)
        if number >= self._next:
            return None
        block = self._block_of(number)
        begin = number - block.first
        base = block.ends[begin - 1] if begin else 0
        fitting = bisect_right(block.ends, base + most_bytes, begin) - begin
        stop = begin + max(1, min(fitting, most_chunks))
        ends = block.ends[begin:stop]
        data = block.data(base, ends[-1])
        owners, times = block.owners[begin:stop], block.times[begin:stop]
        return Span(number, data, ends, owners, times, base)

    def resize(self, max_bytes: int, max_chunks: int) -> None:
        """Change the bounds. If they are smaller than before, the oldest chunks are dropped."""
        self._set_bounds(max_bytes, max_chunks)
        blocks = [*self._closed, self._tail] if self._tail.ends else self._closed
        self._tail.trim()
        self._closed = [part for each in blocks for part in self._parts_of(each)]
        self._closed_cost = sum(each.cost for each in self._closed)
        self._closed_bytes = sum(each.size for each in self._closed)
        self._begin_block()
        self._tell()

    def clear(self) -> None:
        """Remove all chunks, and count them as cleared, not as dropped. Numbers go on."""
        self.cleared += len(self)
        self.cleared_bytes += self.kept_bytes
        self._closed.clear()
        self._closed_cost = self._closed_bytes = 0
        self._tail = Block.allocate(self._next, self._block_bytes)
        self._received = (-1, b"")
        self._origin = self._next
        self.endings.drop(len(self.endings))

    def _tell(self) -> None:
        if self._looked:
            self._looked = False
            self._wake()

    def _block_of(self, number: int) -> Block:
        if number >= self._tail.first:
            return self._tail
        return self._closed[bisect_right(self._closed, number, key=lambda each: each.first) - 1]

    def _close_block(self) -> None:
        block = self._tail
        block.trim()
        self._closed.append(block)
        self._closed_cost += block.cost
        self._closed_bytes += block.size
        self._begin_block()

    def _begin_block(self) -> None:
        """Start a new block. If blocks must be dropped for it, their memory is used again."""
        self._tail = Block(self._next, BytesIO(), 0)
        dropped = self._make_room()
        if dropped is not None and dropped.capacity == self._block_bytes:
            self._tail = dropped.reuse(self._next)
        else:
            del dropped  # free its memory first
            self._tail = Block.allocate(self._next, self._block_bytes)

    def _block_for(self, size: int) -> Block:
        """An empty block for a chunk that does not fit into the last one."""
        if self._tail.ends:
            self._close_block()
        if size > self._block_bytes:
            self._tail = Block.allocate(self._next, size)
        return self._tail

    def _parts_of(self, block: Block) -> Iterable[Block]:
        """`block` itself, or in parts if it is much larger than the present block size."""
        if block.capacity <= 2 * self._block_bytes and len(block.ends) <= self._block_chunks:
            return (block,)
        return block.parts(self._block_bytes, self._block_chunks)

    def _set_bounds(self, max_bytes: int, max_chunks: int) -> None:
        self._max_bytes = max_bytes
        self._max_chunks = max_chunks
        self._block_bytes = min(BLOCK_BYTES, max(1, max_bytes // 8))
        self._block_chunks = min(
            BLOCK_CHUNKS, max(1, max_chunks // 8), max(1, max_bytes // 8 // CHUNK_OVERHEAD_BYTES)
        )
        self._largest = max(1, max_bytes // 4)

    def _make_room(self) -> Block | None:
        """Drop the oldest blocks until the one at the end may become full.

        Returns the last block that was dropped: its memory can be used again.
        """
        dropped = None
        room = self._max_bytes - self._block_bytes - CHUNK_OVERHEAD_BYTES * self._block_chunks
        room -= self.endings.cost
        while self._closed and (
            self._closed_cost > room or len(self) > self._max_chunks - self._block_chunks
        ):
            dropped = self._drop_oldest()
        return dropped

    def _drop_oldest(self) -> Block:
        block = self._closed.pop(0)
        self._closed_cost -= block.cost
        self._closed_bytes -= block.size
        self.dropped += len(block.ends)
        self.dropped_bytes += block.size
        self.endings.drop(self.endings.position(self.first + 1) - self.endings.first)
        return block

    def _cut(self, data: bytes) -> bytes:
        """The first part of a huge chunk. The whole chunk would replace too much of the log."""
        self.dropped_bytes += len(data) - self._largest
        return data[: self._largest]
