"""The recorder: it copies what the chunk log receives to a file, in a thread.

The traffic view calls `Recorder.step` on a timer. Neither the log nor the event loop waits for the
disk. The thread writes each batch to the file in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from app.files.locks import folder_lock, lock_recording, recording_is_locked
from app.traffic.chunk_log import ChunkLog, Span
from app.traffic.connection_info import ConnectionEnd, ConnectionInfo
from app.traffic.recording.schema import TABLES, RecordingError, explained, journal_of

BATCH_BYTES: Final = 16 * 1024 * 1024
BATCH_CHUNKS: Final = 50_000
"""The limits of a batch. They also bound the memory that a recording takes besides the log."""

SPAN_BYTES: Final = 1024 * 1024
SPAN_CHUNKS: Final = 16 * 1024

KNOWN_CONNECTIONS: Final = 10_000
"""How many connections are remembered as written. A forgotten one is written again."""

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""How much of the disk a recording leaves free, for other programs and for its own journal."""


class Recorder:
    """A recording of all traffic from now on.

    `step` passes the next batch to a thread when the thread is free. If the disk is too slow, the
    log drops chunks before they are written. They are counted in `missed`. When `is_over`, the file
    is complete. If the recording ended because of an error, `trouble` is a sentence about it.
    """

    def __init__(
        self,
        log: ChunkLog,
        info_of: Callable[[int], ConnectionInfo | None],
        path: Path,
        *,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        """`info_of` looks up a connection. `free` returns the free bytes on the disk of a folder.

        Raises `RecordingError` if the file cannot be created.
        """
        self.path = path
        self.trouble = ""
        self.is_over = False
        self._log = log
        self._info_of = info_of
        self._writer = Writer(path, free)
        self._next = log.end
        self._next_ending = log.endings.end
        self._last: tuple[int, int] | None = None
        """After `stop`: the first chunk and the first end of a connection not to record."""
        self._known: set[int] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._writing: Future[None] | None = None

    @property
    def chunks(self) -> int:
        """How many chunks are written to the file."""
        return self._writer.chunks

    @property
    def bytes(self) -> int:
        """How many bytes of payload are written to the file."""
        return self._writer.bytes

    @property
    def missed(self) -> int:
        """How many chunks were dropped by the log before they could be written."""
        return self._writer.missed

    @property
    def is_behind(self) -> bool:
        """Whether there is more to write, so that `step` should be called again soon."""
        return not self.is_over and (self._writing is not None or self._is_due)

    def step(self) -> None:
        """If the last batch is written, pass the next one to the thread. Never blocks."""
        if self.is_over or (self._writing is not None and not self._writing.done()):
            return
        writing, self._writing = self._writing, None
        try:
            if writing is not None:
                writing.result()
        except RecordingError as error:
            self.trouble = str(error)
            self._finish()
            return
        if self._is_due:
            self._writing = self._thread.submit(self._writer.write, self._batch())
        elif self._last is not None:
            self._finish()

    def stop(self) -> None:
        """Record no new traffic. Call `step` until it `is_over`."""
        if self._last is None:
            self._last = self._end
        self.step()

    def finish(self) -> None:
        """Stop, and block until everything is written. Used when the program ends."""
        self.stop()
        while not self.is_over:
            if self._writing is not None:
                self._writing.exception()  # waits; `step` handles the error
            self.step()

    @property
    def _end(self) -> tuple[int, int]:
        """The first chunk and the first end of a connection not to write yet."""
        return self._last or (self._log.end, self._log.endings.end)

    @property
    def _is_due(self) -> bool:
        end, last_ending = self._end
        return self._next < end or self._next_ending < last_ending

    def _batch(self) -> WriteBatch:
        stop, _ = self._end
        missed = max(0, min(self._log.first, stop) - self._next)
        self._next += missed
        shift = self._writer.chunks - self._next
        spans, connections = [], {}
        size = count = 0
        while self._next < stop and size < BATCH_BYTES and count < BATCH_CHUNKS:
            span = self._log.span(self._next, SPAN_BYTES, min(SPAN_CHUNKS, stop - self._next))
            if span is None:
                break
            spans.append(span)
            connections.update(self._new_connections({owner >> 1 for owner in set(span.owners)}))
            size, count = size + len(span.data), count + len(span)
            self._next += len(span)
        return WriteBatch(spans, connections, self._endings(shift), missed)

    def _endings(self, shift: int) -> list[ConnectionEnd]:
        """The ends before the next chunk. `shift` is what turns a chunk number of the log into one
        of the file.
        """
        endings, (_, last) = self._log.endings, self._end
        first = max(self._next_ending, endings.first)
        stop = min(last, endings.position(self._next + 1))
        self._next_ending = max(first, stop)
        found = (endings[position] for position in range(first, stop))
        return [
            evolve(each, next_chunk=max(self._writer.chunks, each.next_chunk + shift))
            for each in found
        ]

    def _new_connections(self, numbers: set[int]) -> dict[int, ConnectionInfo]:
        if len(self._known) > KNOWN_CONNECTIONS:
            self._known.clear()
        found = {number: self._info_of(number) for number in numbers - self._known}
        known = {number: info for number, info in found.items() if info is not None}
        self._known.update(known)
        return known

    def _finish(self) -> None:
        self.is_over = True
        self._writer.close()
        self._thread.shutdown(wait=False)


@frozen
class WriteBatch:
    """The content of one transaction."""

    spans: Sequence[Span]
    connections: Mapping[int, ConnectionInfo]
    """The connections of these chunks, by number, without those of earlier batches."""

    endings: Sequence[ConnectionEnd]
    """With chunk numbers of the file."""

    missed: int
    """How many chunks the log dropped before they could be read."""


class Writer:
    """Creates the file and writes batches to it. Use it from one thread at a time.

    A written batch is safe even if the program is killed. Only the owner can read the file. Raises
    `RecordingError` if something cannot be written; the batches before are still safe then.
    """

    def __init__(self, path: Path, free: Callable[[Path], int] | None = None) -> None:
        """Replaces the file at `path`, unless another recorder writes to it.

        `free` returns the free bytes on the disk of a folder.
        """
        self.path = path
        self.chunks = 0
        self.bytes = 0
        self.missed = 0
        self._free = free or _free_bytes
        self._lock_descriptor = -1
        """An open descriptor of the file. Its lock keeps other recorders from replacing the
        file."""
        self._check_room()
        self._database = self._make()

    def write(self, batch: WriteBatch) -> None:
        """Write all of `batch` or nothing."""
        self._check_room()
        chunks = sum(len(span) for span in batch.spans)
        size = sum(len(span.data) for span in batch.spans)
        totals = self.chunks + chunks, self.bytes + size, self.missed + batch.missed
        try:
            with self._database as database:
                database.executemany(
                    "INSERT OR IGNORE INTO connection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [_row(number, info) for number, info in batch.connections.items()],
                )
                database.executemany(
                    "INSERT INTO ending (at, time, connection, how) VALUES (?, ?, ?, ?)",
                    [
                        (each.next_chunk, each.time, each.connection, each.kind)
                        for each in batch.endings
                    ],
                )
                rows = _rows(batch.spans, self.chunks)
                database.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?, ?)", rows)
                database.execute("UPDATE total SET (chunks, bytes, missed) = (?, ?, ?)", totals)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self.path) from error
        self.chunks, self.bytes, self.missed = totals

    def close(self) -> None:
        """Close the file and unlock it."""
        self._database.close()
        self._unlock()

    def _make(self) -> sqlite3.Connection:
        part = self.path.with_name(f".{self.path.name}.new")
        try:
            with folder_lock(self.path.parent):
                if recording_is_locked(self.path):
                    raise RecordingError(
                        "recording-elsewhere",
                        "{path}: Another window is recording to it. Choose another name.",
                        path=self.path,
                    )
                part.unlink(missing_ok=True)
                self._lock_descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                lock_recording(self._lock_descriptor)
                with closing(sqlite3.connect(part)) as database:
                    database.executescript(TABLES)
                # SQLite would apply the journal of a killed recording to the new file.
                journal_of(self.path).unlink(missing_ok=True)
                part.replace(self.path)
            # It is created in one thread and used in another, never in two at a time.
            return sqlite3.connect(self.path, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            self._unlock()
            raise explained(error, self.path) from error

    def _unlock(self) -> None:
        descriptor, self._lock_descriptor = self._lock_descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _check_room(self) -> None:
        try:
            free = self._free(self.path.parent)
        except OSError as error:
            raise explained(error, self.path) from error
        if free < RESERVE_BYTES:
            raise RecordingError(
                "disk-nearly-full",
                "{path}: The disk is nearly full. Make room, or record to another one.",
                path=self.path,
            )


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _rows(spans: Sequence[Span], number: int) -> Iterator[tuple[int, float, int, bool, memoryview]]:
    for span in spans:
        data = memoryview(span.data)
        start = 0
        for end, time, owner in zip(span.ends, span.times, span.owners, strict=True):
            yield number, time, owner >> 1, bool(owner & 1), data[start:end]
            number, start = number + 1, end


def _row(number: int, info: ConnectionInfo) -> tuple[object, ...]:
    peer = info.peer_address or (None, None)
    local = info.local_address or (None, None)
    flags = info.is_datagram, info.began_here
    return (number, info.listener, info.peer, *peer, *local, *flags)
