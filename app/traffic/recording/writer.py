"""The file of a recording as it grows: one transaction for each batch."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from attrs import frozen

from app.folder_lock import alone_in
from app.traffic.chunk_log import Span
from app.traffic.endings import Ending
from app.traffic.party import Party
from app.traffic.recording.form import TABLES, RecordingError, explained, journal_of
from app.traffic.recording.hold import hold, is_held

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""How much of the disk a recording leaves free: others need it too, and its own journal does."""


@frozen
class Batch:
    """What is written at once."""

    spans: Sequence[Span]
    parties: Mapping[int, Party]
    """By the number of the connection: all who speak and whom no earlier batch told of."""

    endings: Sequence[Ending]
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

    def write(self, batch: Batch) -> None:
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
            with alone_in(self.path.parent):
                if is_held(self.path):
                    raise RecordingError(
                        f"{self.path}: Another window is recording to it. Choose another name."
                    )
                part.unlink(missing_ok=True)
                self._held = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                hold(self._held)
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


def _row(number: int, party: Party) -> tuple[object, ...]:
    peer = party.peer_address or (None, None)
    local = party.local_address or (None, None)
    flags = party.is_datagram, party.began_here
    return (number, party.listener, party.peer, *peer, *local, *flags)
