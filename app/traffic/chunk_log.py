"""The record of every chunk, in columns: a million of them cost 80 MB and no garbage collection.

A chunk is one read or one write as it crossed a socket. One object a chunk would take three times
the memory and stop the program for a tenth of a second whenever Python's collector looked at them.
So chunks live in blocks: one run of bytes, and arrays of numbers beside it. The oldest block goes
when the bounds are reached, and the counters own up to it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from app.traffic.connection_info import CloseKind, ConnectionEnds

# MERGED traffic/block: A run of chunks in columns: what the chunk log consists of, and what it drops at once.

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


BLOCK_BYTES = 1024 * 1024
BLOCK_CHUNKS = 16 * 1024
MAX_BYTES = 128 * 1024 * 1024
MAX_CHUNKS = 1_000_000


@frozen
class Chunk:
    """One chunk, taken out of the log to be looked at."""

    number: int
    """Counts from 0 since the log began, without gaps."""

    time: float
    """Unix seconds."""

    connection: int
    """The number of the connection it belongs to."""

    sent: bool
    """Whether it went to the peer; otherwise it came from there."""

    data: bytes


class Span:
    """A run of chunks as one piece of bytes, to be searched at the speed of C.

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
        """`owners` are `connection * 2 + sent` of each, `times` unix seconds; `ends` count from
        `base` bytes before."""
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
        """Where each chunk ends in `data`. Made when it is asked for: most spans have no match."""
        if self._base:
            self._ends = array("I", [end - self._base for end in self._ends])
            self._base = 0
        return self._ends

    def start(self, index: int) -> int:
        """Where chunk `first + index` begins in `data`."""
        return self.ends[index - 1] if index else 0


class ChunkLog:
    """Keeps the newest chunks, at most `max_chunks` and `max_bytes` with their overhead.

    Invariant: `len(log) + log.dropped + log.cleared` chunks, and as many bytes by the same names,
    are exactly what was ever appended. Of a chunk over a quarter of `max_bytes`, the head is kept.
    Blocks go as a whole, so it may keep an eighth less than it might, and next to nothing where the
    bounds are a few chunks.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        *,
        max_bytes: int = MAX_BYTES,
        max_chunks: int = MAX_CHUNKS,
    ) -> None:
        """`wake` is called once when there is something that `look` has not been told of."""
        self.dropped = 0
        self.dropped_bytes = 0
        self.cleared = 0
        """How many chunks were forgotten because somebody said so."""
        self.cleared_bytes = 0
        self.endings = ConnectionEnds()
        """How connections ended, of those that may have chunks here."""
        self.began_at = 0.0
        """The time of the first chunk since the log began or was cleared, also once it is gone."""
        self._wake = wake
        self._looked = True
        self._origin = 0
        self._set_bounds(max_bytes, max_chunks)
        self._next = 0
        self._closed: list[Block] = []
        self._closed_cost = 0
        self._closed_bytes = 0
        self._tail = Block(0)

    def __len__(self) -> int:
        return self._next - self.first

    @property
    def first(self) -> int:
        """The number of the oldest chunk kept; `end` when none is."""
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
        """Bytes of payload in the chunks that are kept."""
        return self._closed_bytes + len(self._tail.payload)

    def append(self, time: float, connection: int, sent: bool, data: bytes) -> None:
        """Keep a chunk of `connection` at `time` (unix seconds). It is the tap of a deck.

        Runs for every chunk of every connection: under a microsecond, and nobody is called but
        `wake`, once until somebody looks.
        """
        if len(data) > self._largest:
            data = self._cut(data)
        block = self._tail
        payload = block.payload
        payload += data
        size = len(payload)
        block.ends.append(size)
        block.times.append(time)
        block.owners.append(connection << 1 | sent)
        if self._next == self._origin:
            self.began_at = time
        self._next += 1
        if size >= self._block_bytes or len(block.ends) >= self._block_chunks:
            self._close_block()
        if self._looked:
            self._looked = False
            self._wake()

    def end_connection(self, time: float, connection: int, how: CloseKind) -> None:
        """Note that `connection` ended at `time` (unix seconds): no more chunks of it will come."""
        self.endings.append(self._next, time, connection, how)
        if self.endings.cost > self._max_bytes // 16:
            self.endings.drop(len(self.endings) // 2)
        self._make_room()
        self._tell()

    def look(self) -> tuple[int, int]:
        """`(first, end)` as of now; from now on the next chunk wakes again."""
        self._looked = True
        return self.first, self._next

    def chunk(self, number: int) -> Chunk | None:
        """The chunk of that number; `None` if it is not kept any more, or not there yet."""
        if not self.first <= number < self._next:
            return None
        block = self._block_of(number)
        index = number - block.first
        start = block.ends[index - 1] if index else 0
        owner = block.owners[index]
        data = bytes(block.payload[start : block.ends[index]])
        return Chunk(number, block.times[index], owner >> 1, bool(owner & 1), data)

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on, or from the oldest kept, that fit; at least one.

        `None` if there is nothing from `number` on. A span ends with its block at the latest.
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
        data = bytes(block.payload[base : ends[-1]])
        owners, times = block.owners[begin:stop], block.times[begin:stop]
        return Span(number, data, ends, owners, times, base)

    def resize(self, max_bytes: int, max_chunks: int) -> None:
        """Keep within other bounds from now on. Where they are narrower, the oldest is dropped."""
        self._set_bounds(max_bytes, max_chunks)
        blocks = [*self._closed, self._tail] if self._tail.ends else self._closed
        self._closed = [part for each in blocks for part in self._parts_of(each)]
        self._closed_cost = sum(each.cost for each in self._closed)
        self._closed_bytes = sum(len(each.payload) for each in self._closed)
        self._tail = Block(self._next)
        self._make_room()
        self._tell()

    def clear(self) -> None:
        """Forget all chunks on purpose; the numbers go on. What goes is cleared, not dropped."""
        self.cleared += len(self)
        self.cleared_bytes += self.kept_bytes
        self._closed.clear()
        self._closed_cost = self._closed_bytes = 0
        self._tail = Block(self._next)
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
        block.payload = bytes(block.payload)  # a bytearray that grew holds an eighth more
        self._closed.append(block)
        self._closed_cost += block.cost
        self._closed_bytes += len(block.payload)
        self._tail = Block(self._next)
        self._make_room()

    def _parts_of(self, block: Block) -> Iterable[Block]:
        """`block` as it is, or in parts if it is much larger than blocks are by now."""
        if len(block.payload) <= 2 * self._block_bytes and len(block.ends) <= self._block_chunks:
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

    def _make_room(self) -> None:
        """Drop the oldest blocks until the one at the end may become full."""
        room = self._max_bytes - self._block_bytes - CHUNK_OVERHEAD_BYTES * self._block_chunks
        room -= self.endings.cost
        while self._closed and (
            self._closed_cost > room or len(self) > self._max_chunks - self._block_chunks
        ):
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        block = self._closed.pop(0)
        self._closed_cost -= block.cost
        self._closed_bytes -= len(block.payload)
        self.dropped += len(block.ends)
        self.dropped_bytes += len(block.payload)
        self.endings.drop(self.endings.position(self.first + 1) - self.endings.first)

    def _cut(self, data: bytes) -> bytes:
        """The part of a huge chunk that may be kept without pushing out everything else."""
        self.dropped_bytes += len(data) - self._largest
        return data[: self._largest]
