"""What a recording looks like inside, and the sentences for what is wrong with one.

`chunk` has a row for each chunk, numbered from 0 without gaps in the order they crossed. Times are
unix seconds; `sent` is 1 for what went to the peer, 0 for what came from there. `connection` tells
who spoke. `ending` tells when a connection ended: `at` is the number of the chunk that crossed
next, and `how` a value of `app.traffic.connection_info.CloseKind`. `total` holds, after each batch, how much was
recorded, and how much crossed meanwhile that came too fast to be.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

SUFFIX: Final = "sqlite"

APPLICATION_ID: Final = 0x50444B31
"""What `PRAGMA application_id` of every recording is; `file` and we tell it by this."""

VERSION: Final = 1
"""What `PRAGMA user_version` is. A recording with a higher one comes from a newer Portdeck."""

TABLES: Final = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE chunk (
    number INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    connection INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE connection (
    number INTEGER PRIMARY KEY,
    listener TEXT NOT NULL,
    peer TEXT NOT NULL,
    peer_host TEXT,
    peer_port INTEGER,
    local_host TEXT,
    local_port INTEGER,
    is_datagram INTEGER NOT NULL,
    began_here INTEGER NOT NULL
) STRICT;
CREATE TABLE ending (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    time REAL NOT NULL,
    connection INTEGER NOT NULL,
    how INTEGER NOT NULL
) STRICT;
CREATE TABLE total (
    chunks INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    missed INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (0, 0, 0);
"""


class RecordingError(Exception):
    """A recording could not be written or read; `str()` is a sentence for the user."""


def journal_of(path: Path) -> Path:
    """Where SQLite keeps what a batch that is not written to its end would change back."""
    return path.with_name(f"{path.name}-journal")


def explained(error: Exception, path: Path) -> RecordingError:
    """`error`, raised by SQLite or the system on the recording at `path`, for the user."""
    code = getattr(error, "sqlite_errorcode", None)
    match code and code & 0xFF:
        case sqlite3.SQLITE_FULL:
            reason = "The disk is full. Make room, or record to another one."
        case sqlite3.SQLITE_NOTADB:
            reason = "It is no recording."
        case sqlite3.SQLITE_CORRUPT:
            reason = "It is damaged."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            reason = "It cannot be opened. Check the path and its permissions."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            reason = "Another program is writing to it. Close that first."
        case _:
            reason = f"{getattr(error, 'strerror', None) or error}."
    return RecordingError(f"{path}: {reason}")
