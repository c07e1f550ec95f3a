"""Sends one file through a wire as fast as the peer reads, and writes start and end to the
session's log."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

from app.client.transcript import SessionLog, count_bytes
from app.client.transport import Wire
from app.files.paths import NotRegular, open_regular


class FileError(Exception):
    """The file cannot be sent. The text is a sentence that says what to do."""


class OutgoingFile:
    """An open file and its progress. It is read piece by piece and never held in memory as a whole.

    It must be a regular file, because reading any other kind could block the whole program.
    """

    def __init__(self, path: Path, now: float) -> None:
        """Open `path` at the time `now` (seconds). Raises `FileError`."""
        self.path = path
        self.began_at = now
        self.bytes_read = 0
        self.bytes_sent = 0
        """Bytes that the system has taken."""
        self.trouble = ""
        """The read error that ended the transfer. Empty if there was none."""
        try:
            self._file = open_regular(path, is_buffered=False)
        except NotRegular:
            raise FileError(f"{path.name} is not a regular file. Choose one that is.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise FileError(f"{path.name} cannot be read: {reason}. Choose another file.") from None
        self.size = os.fstat(self._file.fileno()).st_size
        """Bytes at the time it was opened. The file may grow or shrink later."""

    @property
    def name(self) -> str:
        """The file name without its folder."""
        return self.path.name

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`. Empty at the end of the file, or after a read error."""
        try:
            data = self._file.read(size) or b""
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return b""
        self.bytes_read += len(data)
        return data

    def rate(self, now: float) -> float:
        """Bytes per second so far."""
        seconds = now - self.began_at
        return self.bytes_sent / seconds if seconds > 0 else 0.0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class FileTransfer:
    """The transfer of one file. It owns `file` and closes it at the end, whatever the reason."""

    def __init__(self, file: OutgoingFile, log: SessionLog, clock: IReactorTime) -> None:
        self.file = file
        self.is_over = False
        self._log = log
        self._clock = clock

    def begin(self, wire: Wire) -> None:
        """Send the file after the data that `wire` already has."""
        self._log.add_event(f"Sending file {self.file.name}, {count_bytes(self.file.size)}…")
        wire.send_from(self._next_piece)

    def flushed(self, unsent: int) -> None:
        """The system took more data. `unsent` bytes are read from the file but not sent yet."""
        if not self.is_over:
            self.file.bytes_sent = max(0, self.file.bytes_read - unsent)

    def stop(self, how: str) -> None:
        """Stop the transfer. `how` begins the sentence: `Cancelled` sending file …"""
        self._end(how, is_whole=False)

    def _next_piece(self, size: int) -> bytes:
        data = self.file.read(size)
        if data:
            self._log.tap_sent(data)
        elif self.file.trouble:
            self._end("Stopped", is_whole=False)
        else:
            self.file.bytes_sent = self.file.bytes_read
            self._end("Sent", is_whole=True)
        return data

    def _end(self, how: str, *, is_whole: bool) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.file.close()
        log_sentence = self._log.add_event if is_whole else self._log.add_trouble
        log_sentence(describe_file(self.file, how, self._clock.seconds()))


def describe_file(file: OutgoingFile, how: str, now: float) -> str:
    """The sentence about the end of a transfer: how much was sent, how fast, or why it stopped."""
    if how == "Sent":
        seconds = max(now - file.began_at, 0.0)
        return (
            f"Sent file {file.name}, {count_bytes(file.bytes_sent)} in {seconds:.1f} s "
            f"({speed(file.rate(now))})."
        )
    reason = f": {file.trouble}" if file.trouble else ""
    return (
        f"{how} sending file {file.name} after {file.bytes_sent:,} of "
        f"{count_bytes(file.size)}{reason}."
    )


def speed(rate: float) -> str:
    """`rate` (bytes a second) as `12.3 MB/s`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if rate >= size:
            return f"{rate / size:.1f} {unit}/s"
    return f"{rate:.0f} B/s"
