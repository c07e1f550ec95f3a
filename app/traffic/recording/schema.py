"""The format of a recording file, and the error messages for a bad one.

Table `chunk` has a row for each chunk, numbered from 0 without gaps, in the order of time. Times
are unix seconds. `sent` is 1 for data to the peer and 0 for data from the peer. Table `connection`
has a row for each connection. Table `ending` has the ends of connections: `at` is the number of the
next chunk, `how` is a value of `app.traffic.connection_info.CloseKind`. Table `total` has one row,
updated with each batch: how much was recorded, and how many chunks were missed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from app.text.sentence import Sentence, SentenceError, composed, system_reason

SUFFIX: Final = "sqlite"

APPLICATION_ID: Final = 0x50444B31
"""`PRAGMA application_id` of every recording. The command `file` and Portdeck recognize it by
this."""

VERSION: Final = 1
"""`PRAGMA user_version`. A recording with a higher one was made by a newer Portdeck."""

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


class RecordingError(SentenceError):
    """A recording could not be written or read; `str()` is a sentence for the user."""


def journal_of(path: Path) -> Path:
    """SQLite's rollback journal: it undoes a batch that was not written completely."""
    return path.with_name(f"{path.name}-journal")


def explained(error: Exception, path: Path) -> RecordingError:
    """The sentence for `error`, which SQLite or the system raised for the recording at `path`."""
    code = getattr(error, "sqlite_errorcode", None)
    match code and code & 0xFF:
        case sqlite3.SQLITE_FULL:
            reason = Sentence("disk-full", "The disk is full. Make room, or record to another one.")
        case sqlite3.SQLITE_NOTADB:
            reason = Sentence("no-recording", "It is no recording.")
        case sqlite3.SQLITE_CORRUPT:
            reason = Sentence("is-damaged", "It is damaged.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            reason = Sentence(
                "cannot-be-opened", "It cannot be opened. Check the path and its permissions."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            reason = Sentence(
                "written-elsewhere", "Another program is writing to it. Close that first."
            )
        case _:
            reason = Sentence("error-text", "{reason}.", reason=system_reason(error))
    return RecordingError(composed("{path}: {message}", path=path, message=reason))
