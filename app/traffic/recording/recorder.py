"""Copies what a log takes in to a file, without the log or the loop waiting for a disk."""

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

# MERGED traffic/recording/writer: The file of a recording as it grows: one transaction for each batch.

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""How much of the disk a recording leaves free: others need it too, and its own journal does."""


@frozen
class WriteBatch:
    """What is written at once."""

    spans: Sequence[Span]
    parties: Mapping[int, ConnectionInfo]
    """By the number of the connection: all who speak and whom no earlier batch told of."""

    endings: Sequence[ConnectionEnd]
    """Their numbers count as in the file."""

    missed: int
    """How many chunks the log had dropped before they could be read."""


class Writer:
    """Makes the file and writes batches to it. Use it from one thread at a time.

    After a batch was written it stays, whatever becomes of the program. Only the owner can read the
    file. Raises `RecordingError` where something cannot be written; the batches before it are safe.
    """

    def __init__(self, path: Path, free: Callable[[Path], int] | None = None) -> None:
        """Replaces what is at `path`, unless somebody records to it. `free` gives the bytes that
        are free on a folder's disk.
        """
        self.path = path
        self.chunks = 0
        self.bytes = 0
        self.missed = 0
        self._free = free or _free_bytes
        self._held = -1
        """The descriptor of the file, for as long as nobody else may replace it."""
        self._check_room()
        self._database = self._make()

    def write(self, batch: WriteBatch) -> None:
        """Write `batch`, all of it or nothing."""
        self._check_room()
        chunks = sum(len(span) for span in batch.spans)
        size = sum(len(span.data) for span in batch.spans)
        totals = self.chunks + chunks, self.bytes + size, self.missed + batch.missed
        try:
            with self._database as database:
                database.executemany(
                    "INSERT OR IGNORE INTO connection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [_row(number, party) for number, party in batch.parties.items()],
                )
                database.executemany(
                    "INSERT INTO ending (at, time, connection, how) VALUES (?, ?, ?, ?)",
                    [(each.at, each.time, each.connection, each.how) for each in batch.endings],
                )
                rows = _rows(batch.spans, self.chunks)
                database.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?, ?)", rows)
                database.execute("UPDATE total SET (chunks, bytes, missed) = (?, ?, ?)", totals)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self.path) from error
        self.chunks, self.bytes, self.missed = totals

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
        self._let_go()

    def _make(self) -> sqlite3.Connection:
        part = self.path.with_name(f".{self.path.name}.new")
        try:
            with folder_lock(self.path.parent):
                if recording_is_locked(self.path):
                    raise RecordingError(
                        f"{self.path}: Another window is recording to it. Choose another name."
                    )
                part.unlink(missing_ok=True)
                self._held = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                lock_recording(self._held)
                with closing(sqlite3.connect(part)) as database:
                    database.executescript(TABLES)
                # Or what a killed recording left half-done would be taken back in this one.
                journal_of(self.path).unlink(missing_ok=True)
                part.replace(self.path)
            # It is made on one thread and used on another, one after the other.
            return sqlite3.connect(self.path, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            self._let_go()
            raise explained(error, self.path) from error

    def _let_go(self) -> None:
        held, self._held = self._held, -1
        if held >= 0:
            os.close(held)

    def _check_room(self) -> None:
        try:
            free = self._free(self.path.parent)
        except OSError as error:
            raise explained(error, self.path) from error
        if free < RESERVE_BYTES:
            raise RecordingError(
                f"{self.path}: The disk is nearly full. Make room, or record to another one."
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


def _row(number: int, party: ConnectionInfo) -> tuple[object, ...]:
    peer = party.peer_address or (None, None)
    local = party.local_address or (None, None)
    flags = party.is_datagram, party.began_here
    return (number, party.listener, party.peer, *peer, *local, *flags)


BATCH_BYTES: Final = 16 * 1024 * 1024
BATCH_CHUNKS: Final = 50_000
"""Of a batch, at most; also what a recording holds in memory besides the log."""

SPAN_BYTES: Final = 1024 * 1024
SPAN_CHUNKS: Final = 16 * 1024

KNOWN_PARTIES: Final = 10_000
"""How many connections are remembered as told of. Of who is forgotten the file is told again."""


class Recorder:
    """One recording under way: everything that crosses from now on.

    `step` hands the next batch to a thread whenever that is free. Where a disk is slower than the
    traffic for so long that the log drops chunks before their turn, they are counted in `missed`.
    Once `is_over`, the file is whole; `trouble` says why it ended before it was told to.
    """

    def __init__(
        self,
        log: ChunkLog,
        party: Callable[[int], ConnectionInfo | None],
        path: Path,
        *,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        """`party` gives what a connection is; `free` the bytes that are free on a folder's disk.

        Raises `RecordingError` if there can be no file.
        """
        self.path = path
        self.trouble = ""
        self.is_over = False
        self._log = log
        self._party = party
        self._writer = Writer(path, free)
        self._next = log.end
        self._next_ending = log.endings.end
        self._last: tuple[int, int] | None = None
        """The chunk and the ending to stop before, once somebody said so."""
        self._known: set[int] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._writing: Future[None] | None = None

    @property
    def chunks(self) -> int:
        """How many chunks are safe in the file."""
        return self._writer.chunks

    @property
    def bytes(self) -> int:
        """How many bytes of payload are safe in the file."""
        return self._writer.bytes

    @property
    def missed(self) -> int:
        """How many chunks crossed that are not, and will not be, in the file."""
        return self._writer.missed

    @property
    def is_behind(self) -> bool:
        """Whether something is still to be written, so that another `step` is wanted soon."""
        return not self.is_over and (self._writing is not None or self._is_due)

    def step(self) -> None:
        """See whether the last batch is written, and hand over the next. Never waits."""
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
        """Record nothing that comes from now on; `step` until it `is_over`."""
        if self._last is None:
            self._last = self._end
        self.step()

    def finish(self) -> None:
        """Stop, and wait until everything is written: for the end of the program."""
        self.stop()
        while not self.is_over:
            if self._writing is not None:
                self._writing.exception()  # waits for it; `step` tells what it was
            self.step()

    @property
    def _end(self) -> tuple[int, int]:
        """The chunk and the ending that are not to be written yet, or never."""
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
        spans, parties = [], {}
        size = count = 0
        while self._next < stop and size < BATCH_BYTES and count < BATCH_CHUNKS:
            span = self._log.span(self._next, SPAN_BYTES, min(SPAN_CHUNKS, stop - self._next))
            if span is None:
                break
            spans.append(span)
            parties.update(self._new_parties({owner >> 1 for owner in set(span.owners)}))
            size, count = size + len(span.data), count + len(span)
            self._next += len(span)
        return WriteBatch(spans, parties, self._endings(shift), missed)

    def _endings(self, shift: int) -> list[ConnectionEnd]:
        """Those before the chunk that is next; `shift` makes a chunk's number that in the file."""
        endings, (_, last) = self._log.endings, self._end
        first = max(self._next_ending, endings.first)
        stop = min(last, endings.position(self._next + 1))
        self._next_ending = max(first, stop)
        found = (endings[position] for position in range(first, stop))
        return [evolve(each, at=max(self._writer.chunks, each.at + shift)) for each in found]

    def _new_parties(self, numbers: set[int]) -> dict[int, ConnectionInfo]:
        if len(self._known) > KNOWN_PARTIES:
            self._known.clear()
        found = {number: self._party(number) for number in numbers - self._known}
        known = {number: party for number, party in found.items() if party is not None}
        self._known.update(known)
        return known

    def _finish(self) -> None:
        self.is_over = True
        self._writer.close()
        self._thread.shutdown(wait=False)
