"""Reading a capture file of any size in steps, with bounded memory.

Packets become chunks. The traffic view shows a `Capture` in the same way as a recording.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final

from app.text.sentence import Sentence, system_reason
from app.traffic.capture.conversations import Conversations, PacketCounts
from app.traffic.capture.index import ChunkEntry, ChunkIndex, runs
from app.traffic.capture.packet_file import CaptureError, PacketFile
from app.traffic.chunk_log import Chunk, Span
from app.traffic.connection_info import ConnectionEnds, ConnectionInfo

PACKETS_BETWEEN_LOOKS: Final = 64
"""How many packets are read before the clock is checked: about a third of a millisecond."""

MOST_HOLE_BYTES: Final = 4096
"""Bytes between two chunks that may be read and ignored to save another read."""

SUFFIXES: Final = ("pcapng", "pcap", "cap")


class Capture:
    """The chunks of a capture file, as far as `step` has read it. Implements `ChunkSource` and
    `ConnectionDirectory`.

    The server counts as our side: what it sent is `sent`. In place of missing bytes there is a
    chunk with a note about them; see `missing`. Chunks that are shown are read from the file again,
    so it must not change until `close`.
    """

    first: Final = 0
    dropped_bytes: Final = 0
    cleared: Final = 0
    cleared_bytes: Final = 0

    def __init__(self, path: Path) -> None:
        """Raises `CaptureError` if there is no capture at `path`. Nothing is read yet."""
        self.path = path
        self.damage = ""
        """A sentence about the damage of the file. Empty if none was found so far."""
        self.is_done = False
        """Whether all of the file is read."""
        self._file = PacketFile(path)
        try:
            self._bytes: BinaryIO = path.open("rb")
        except OSError as error:
            self._file.close()
            raise CaptureError(
                "capture-error", "{path}: {reason}.", path=path, reason=system_reason(error)
            ) from error
        self._packets = self._file.packets()
        self._is_read = False
        """Whether the end of the file was reached."""
        self._index = ChunkIndex()
        self._conversations = Conversations(self._index)

    def __len__(self) -> int:
        return self._index.end

    @property
    def end(self) -> int:
        """The number that the next chunk will have."""
        return self._index.end

    @property
    def began_at(self) -> float:
        """The time of the first chunk (unix seconds)."""
        return self._conversations.began_at

    @property
    def kept_bytes(self) -> int:
        """Bytes of payload in all chunks."""
        return self._conversations.kept_bytes

    @property
    def dropped(self) -> int:
        """Packets left out because there are too many connections."""
        return self.counts.left_out

    @property
    def endings(self) -> ConnectionEnds:
        """The ends of the connections that ended."""
        return self._conversations.endings

    @property
    def counts(self) -> PacketCounts:
        """How many packets were read, and how many of them are not shown."""
        return self._conversations.counts

    @property
    def connections(self) -> int:
        """How many conversations there are; their numbers count from 0."""
        return len(self._conversations)

    @property
    def listeners(self) -> tuple[str, ...]:
        """The servers by their addresses, in the order of their first connections."""
        return tuple(self._conversations.names)

    @property
    def progress(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return 1.0 if self.is_done else min(1.0, self._file.position / max(1, self._file.size))

    def close(self) -> None:
        """Close the file, also before it is read to its end. The capture cannot be used after
        that."""
        self.is_done = True
        self._file.close()
        self._bytes.close()
        self._index.close()

    def step(self, seconds: float) -> bool:
        """Read for about `seconds`. Returns `is_done`."""
        deadline = monotonic() + seconds
        while not self.is_done:
            try:
                self._read_some()
            except OSError as error:  # the disk is full, so the index cannot grow
                self.damage = Sentence(
                    "capture-rest-left-out",
                    "{path}: The rest is left out: {reason}.",
                    path=self.path,
                    reason=system_reason(error),
                )
                self.is_done = True
            if monotonic() >= deadline:
                break
        return self.is_done

    def info(self, number: int) -> ConnectionInfo | None:
        """The addresses of the connection with that number."""
        return self._conversations.info(number)

    def look(self) -> tuple[int, int]:
        """`(first, end)` as of now."""
        return 0, self._index.end

    def missing(self, number: int) -> int:
        """How many missing bytes that chunk stands for; 0 for a chunk with real data."""
        entries = self._index.entries(number, 1)
        return entries[0].missing if entries else 0

    def chunk(self, number: int) -> Chunk | None:
        """The chunk with that number; `None` if there is none."""
        if not 0 <= number < self.end:
            return None
        (entry,) = self._index.entries(number, 1)
        (data,) = self._data([entry])
        return Chunk(number, entry.time, entry.owner >> 1, bool(entry.owner & 1), data)

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on that fit into the limits, at least one. `None` at the end."""
        number = max(0, number)
        if number >= self.end:
            return None
        entries = self._index.entries(number, max(1, most_chunks), most_bytes)
        data = self._data(entries)
        return Span(
            number,
            b"".join(data),
            array("I", accumulate(map(len, data))),
            array("Q", [entry.owner for entry in entries]),
            array("d", [entry.time for entry in entries]),
        )

    def _read_some(self) -> None:
        if self._is_read:
            self.is_done = self._conversations.finish_some(PACKETS_BETWEEN_LOOKS)
            return
        take = self._conversations.take
        for _ in range(PACKETS_BETWEEN_LOOKS):
            try:
                packet = next(self._packets)
            except StopIteration:
                self.damage = self.damage or self._file.damage
                self._is_read = True
                self._file.close()
                return
            if packet is not None:
                take(packet)

    def _data(self, entries: list[ChunkEntry]) -> list[bytes]:
        return [
            data
            for start, stop in runs(entries, MOST_HOLE_BYTES)
            for data in self._run(entries[start:stop])
        ]

    def _run(self, entries: list[ChunkEntry]) -> Iterator[bytes]:
        """The data of `entries`, which are close together in the file."""
        begin = entries[0].place
        wanted = entries[-1].place + entries[-1].size - begin
        read = b""
        try:
            self._bytes.seek(begin)
            read = self._bytes.read(wanted)
        except OSError as error:
            self.damage = self.damage or Sentence(
                "capture-error", "{path}: {reason}.", path=self.path, reason=system_reason(error)
            )
        if len(read) < wanted:
            self.damage = self.damage or Sentence(
                "capture-changed", "{path}: It was changed while it was open.", path=self.path
            )
        for entry in entries:
            if entry.missing:
                yield b"[%d bytes are missing in the capture]" % entry.missing
            else:
                yield read[entry.place - begin : entry.place - begin + entry.size]
