"""Reading a recording of any size: only the chunks that are shown are loaded.

The traffic view shows a `Recording` in the same way as the live log.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Final

from app.net.endpoint import LARGEST_PORT
from app.net.ip import parse_ip
from app.text.sentence import Sentence
from app.traffic.chunk_log import Chunk, Span
from app.traffic.connection_info import (
    Address,
    CloseKind,
    ConnectionEnd,
    ConnectionEnds,
    ConnectionInfo,
)
from app.traffic.recording.schema import (
    APPLICATION_ID,
    TABLES,
    VERSION,
    RecordingError,
    explained,
    journal_of,
)

KEPT_CHUNKS: Final = 1_000
KEPT_BYTES: Final = 32 * 1024 * 1024
"""Limits of the cache of chunks. A view asks for the same chunks repeatedly."""

KEPT_CONNECTIONS: Final = 10_000
"""Limit of the cache of connections."""

PAGE_BYTES: Final = 4096
LEAST_ROW_BYTES: Final = 8
"""The least that a chunk takes in the file besides its payload."""

MOST_ENDINGS: Final = 1_000_000
"""How many ends of connections are read. Later ones are ignored: those connections seem open."""

LATEST: Final = 2**33
MOST_CONNECTIONS: Final = 2**48
"""Limits that no correct row reaches: unix seconds, and number of a connection."""

_HEADER_BYTES = 100
_HOWS: Final = frozenset(map(int, CloseKind))


class Recording:
    """A recorded log. Implements `ChunkSource` and `ConnectionDirectory`.

    Nothing is written to the file, with one exception: if the recording program was killed in the
    middle of a batch, SQLite undoes that batch first. On a read-only disk such a recording cannot
    be opened.

    Numbers run from 0 to `end`. If the end of the file is missing, or a part of it is damaged, the
    readable part is shown, and `damage` says so. The file stays open until `close`.
    """

    first: Final = 0
    dropped_bytes: Final = 0
    """Always 0, as a recording does not store it."""

    cleared: Final = 0
    cleared_bytes: Final = 0

    def __init__(self, path: Path) -> None:
        """Raises `RecordingError` if there is no recording at `path`."""
        self.path = path
        self.damage = ""
        """A sentence about the damage of the file. Empty if none was found so far."""
        self._kept: OrderedDict[int, Chunk] = OrderedDict()
        self._kept_size = 0
        self._infos: dict[int, ConnectionInfo | None] = {}
        try:
            _undo_partial_batch(path)
            is_cut = _is_cut(path)
            self._database = _opened(path)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, path) from error
        try:
            self.end, self.kept_bytes, self.dropped = self._totals()
            self.listeners = self._read_listeners()
            self.endings = self._read_endings()
            if is_cut:
                self.end = self._end_of_cut_file()
                self.damage = Sentence(
                    "recording-end-missing",
                    "{path}: The end is missing. This is what is left of it.",
                    path=path,
                )
            else:
                self.end = min(self.end, self._last() + 1)
        except (sqlite3.Error, ValueError) as error:
            self._database.close()
            raise explained(error, path) from error
        began = self.chunk(0)
        self.began_at = 0.0 if began is None else began.time

    def __len__(self) -> int:
        return self.end

    def close(self) -> None:
        """Close the file. The recording cannot be used after that."""
        self._database.close()

    def info(self, number: int) -> ConnectionInfo | None:
        """The connection with that number; `None` if it is not in the recording."""
        if number not in self._infos:
            if len(self._infos) >= KEPT_CONNECTIONS:
                self._infos.clear()
            self._infos[number] = self._read_info(number)
        return self._infos[number]

    def look(self) -> tuple[int, int]:
        """`(first, end)`. They never change."""
        return self.first, self.end

    def chunk(self, number: int) -> Chunk | None:
        """The chunk with that number; `None` if there is none or it is damaged."""
        kept = self._kept.get(number)
        if kept is not None:
            self._kept.move_to_end(number)
            return kept
        read = self._read(number)
        if read is not None:
            self._keep(read)
        return read

    def span(self, number: int, most_bytes: int, most_chunks: int) -> Span | None:
        """The chunks from `number` on that fit into the limits, at least one. `None` at the end.

        A damaged chunk is returned as an empty one, so that a search goes on behind it.
        """
        number = max(0, number)
        if number >= self.end:
            return None
        rows: list[_Row] = []
        size = 0
        for row in self._rows(number, most_chunks):
            size += len(row[4])
            if rows and size > most_bytes:
                break
            rows.append(row)
        _, times, connections, sent, data = zip(*(rows or [_DAMAGED]), strict=True)
        return Span(
            number,
            b"".join(data),
            array("I", accumulate(map(len, data))),
            array("Q", map(_owner, connections, sent)),
            array("d", times),
        )

    def _read(self, number: int) -> Chunk | None:
        for row in self._rows(number, 1):
            return _chunk(row)
        return None

    def _rows(self, number: int, count: int) -> Iterator[_Row]:
        """Up to `count` rows from `number` on, read one by one. Stops at a damaged row."""
        with closing(self._database.cursor()) as cursor:
            try:
                cursor.execute(
                    "SELECT number, time, connection, sent, data FROM chunk "
                    "WHERE number >= ? AND number < ? ORDER BY number",
                    (number, min(self.end, number + count)),
                )
                for expected, row in enumerate(cursor, number):
                    _check_row(row, expected)
                    yield row
            except (sqlite3.Error, ValueError) as error:
                self.damage = self.damage or str(explained(error, self.path))

    def _keep(self, chunk: Chunk) -> None:
        self._kept[chunk.number] = chunk
        self._kept_size += len(chunk.data)
        while len(self._kept) > KEPT_CHUNKS or (
            self._kept_size > KEPT_BYTES and len(self._kept) > 1
        ):
            _, gone = self._kept.popitem(last=False)
            self._kept_size -= len(gone.data)

    def _totals(self) -> tuple[int, int, int]:
        row = self._database.execute("SELECT chunks, bytes, missed FROM total").fetchone()
        match row:
            case (int(chunks), int(size), int(missed)) if min(row) >= 0:
                return chunks, size, missed
        raise ValueError("damaged")

    def _last(self) -> int:
        """The highest chunk number in the file; -1 if it has no chunks."""
        (last,) = self._database.execute("SELECT max(number) FROM chunk").fetchone()
        return -1 if last is None else int(last)

    def _end_of_cut_file(self) -> int:
        """The number of the first chunk that is not reliable in a file whose end is missing.

        If the file is cut in the middle of a page, SQLite reads zeros for the rest of that page,
        without an error. So all chunks that may be on the last page are left out.
        """
        end = bisect_left(range(self.end), True, key=lambda number: self._read(number) is None)
        doubtful = 0
        while end and doubtful < PAGE_BYTES:
            end -= 1
            chunk = self._read(end)
            doubtful += 0 if chunk is None else LEAST_ROW_BYTES + len(chunk.data)
        return end

    def _read_listeners(self) -> tuple[str, ...]:
        rows = self._database.execute(
            "SELECT listener FROM connection GROUP BY listener ORDER BY min(number)"
        )
        return tuple(listener for (listener,) in rows)

    def _read_endings(self) -> ConnectionEnds:
        """All readable ends of connections. Damaged rows are left out."""
        endings = ConnectionEnds()
        latest = 0
        try:
            for row in self._database.execute(
                "SELECT at, time, connection, how FROM ending ORDER BY number LIMIT ?",
                (MOST_ENDINGS,),
            ):
                ending = _ending(row)
                if ending is None or not latest <= ending.next_chunk <= self.end:
                    self.damage = self.damage or Sentence(
                        "recording-damaged", "{path}: It is damaged.", path=self.path
                    )
                    continue
                endings.append(ending.next_chunk, ending.time, ending.connection, ending.kind)
                latest = ending.next_chunk
        except sqlite3.Error as error:
            self.damage = self.damage or str(explained(error, self.path))
        return endings

    def _read_info(self, number: int) -> ConnectionInfo | None:
        try:
            row = self._database.execute(
                "SELECT listener, peer, peer_host, peer_port, local_host, local_port, "
                "is_datagram, began_here FROM connection WHERE number = ?",
                (number,),
            ).fetchone()
        except sqlite3.Error as error:
            self.damage = self.damage or str(explained(error, self.path))
            return None
        if row is None:
            return None
        listener, peer, *addresses, is_datagram, began_here = row
        return ConnectionInfo(
            str(listener),
            str(peer),
            _address(*addresses[:2]),
            _address(*addresses[2:]),
            bool(is_datagram),
            bool(began_here),
        )


_Row = tuple[int, float, int, int, bytes]
"""Number, time, connection, sent, data."""

_TYPES: Final = (int, float, int, int, bytes)
_DAMAGED: Final[_Row] = (0, 0.0, 0, 0, b"")


def _check_row(row: _Row, expected: int) -> None:
    """Raises `ValueError` for a row that no recorder wrote, such as the zeros of a missing page."""
    # A search reads every row. `match` takes ten times as long.
    if (
        tuple(map(type, row)) != _TYPES
        or row[0] != expected
        or not (0 <= row[1] < LATEST and 0 <= row[2] < MOST_CONNECTIONS)
    ):
        raise ValueError("damaged")


def _ending(row: tuple[object, ...]) -> ConnectionEnd | None:
    """`None` for a row that no recorder wrote."""
    match row:
        case (int(at), float(time), int(connection), int(how)) if (
            0 <= time < LATEST and 0 <= connection < MOST_CONNECTIONS and how in _HOWS
        ):
            return ConnectionEnd(at, time, connection, CloseKind(how))
    return None


def _chunk(row: _Row) -> Chunk:
    number, time, connection, sent, data = row
    return Chunk(number, time, connection, bool(sent), data)


def _owner(connection: int, sent: int) -> int:
    return connection << 1 | (sent != 0)


def _address(host: object, port: object) -> Address | None:
    """`None` if it is no address. A recording that another program wrote may hold anything."""
    if not isinstance(host, str) or not isinstance(port, int) or not 0 <= port <= LARGEST_PORT:
        return None
    return None if parse_ip(host) is None else (host, port)


def _undo_partial_batch(path: Path) -> None:
    """Let SQLite undo the batch that a killed program did not finish. Raises `sqlite3.Error`."""
    if journal_of(path).exists():
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as database:
            database.execute("SELECT * FROM total").fetchall()


def _opened(path: Path) -> sqlite3.Connection:
    """Open the recording at `path` read-only. Raises `sqlite3.Error` and `RecordingError`."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA writable_schema = ON")  # otherwise SQLite refuses a cut file
        _check(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _check(database: sqlite3.Connection, path: Path) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise RecordingError("recording-none", "{path}: It is no recording.", path=path)
    if version > VERSION:
        raise RecordingError(
            "recording-newer",
            "{path}: It was made by a newer Portdeck. Open it with that.",
            path=path,
        )
    if _tables(database) != _our_tables():
        raise RecordingError("recording-damaged", "{path}: It is damaged.", path=path)


def _tables(database: sqlite3.Connection) -> list[tuple[str, str]]:
    return database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@cache
def _our_tables() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(TABLES)
        return _tables(database)


def _is_cut(path: Path) -> bool:
    """Whether the file is shorter than its header says (https://sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        return False
    size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    return path.stat().st_size < pages * (0x10000 if size == 1 else size)
