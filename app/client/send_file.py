"""Sends one file through a wire, as the peer takes it, and tells how that went."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

from app.client.transcript import SessionLog, count_bytes
from app.client.transport import Wire
from app.files.paths import NotRegular, open_regular

# MERGED client/sent_file: One file on its way to a peer: read as fast as the peer takes it, never held in memory.


class FileError(Exception):
    """A file that cannot be sent. Its text is one sentence that says what to do."""


class OutgoingFile:
    """Owns the open file until `close`, and knows how far it is.

    Only regular files: reading any other could wait for ever, and everything with it.
    """

    def __init__(self, path: Path, now: float) -> None:
        """Opens `path` at `now` (seconds). Raises `FileError`."""
        self.path = path
        self.began_at = now
        self.bytes_read = 0
        self.bytes_sent = 0
        """What the system took of it."""
        self.trouble = ""
        """Why reading ended before the end of the file; empty if it did not."""
        try:
            self._file = open_regular(path, is_buffered=False)
        except NotRegular:
            raise FileError(f"{path.name} is not a regular file. Choose one that is.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise FileError(f"{path.name} cannot be read: {reason}. Choose another file.") from None
        self.size = os.fstat(self._file.fileno()).st_size
        """Bytes when it was opened; it may grow or shrink meanwhile."""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.path.name

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end, and where it cannot be read further."""
        try:
            data = self._file.read(size) or b""
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return b""
        self.bytes_read += len(data)
        return data

    def rate(self, now: float) -> float:
        """Bytes a second so far."""
        seconds = now - self.began_at
        return self.bytes_sent / seconds if seconds > 0 else 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class FileTransfer:
    """Owns `file`, and closes it in the end, however that comes."""

    def __init__(self, file: OutgoingFile, record: SessionLog, clock: IReactorTime) -> None:
        self.file = file
        self.is_over = False
        self._record = record
        self._clock = clock

    def begin(self, wire: Wire) -> None:
        """Send it after what `wire` was given before."""
        self._record.say(f"Sending file {self.file.name}, {count_bytes(self.file.size)}…")
        wire.send_from(self._supply)

    def flushed(self, unsent: int) -> None:
        """The system took more; so many bytes of what was read still wait."""
        if not self.is_over:
            self.file.bytes_sent = max(0, self.file.bytes_read - unsent)

    def stop(self, how: str) -> None:
        """It is not sent any further: `Cancelled` sending file …"""
        self._end(how, is_whole=False)

    def _supply(self, size: int) -> bytes:
        data = self.file.read(size)
        if data:
            self._record.tap_sent(data)
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
        tell = self._record.say if is_whole else self._record.complain
        tell(describe_file(self.file, how, self._clock.seconds()))


def describe_file(file: OutgoingFile, how: str, now: float) -> str:
    """What became of a file: how much of it was sent, how fast, and why no more."""
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
