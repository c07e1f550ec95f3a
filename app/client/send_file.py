"""Sends one file through a wire as fast as the peer reads, and writes start and end to the
session's log."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

from app.client.transcript import SessionLog
from app.client.transport import Wire
from app.files.paths import NotRegular, open_regular
from app.text.readable import count_bytes
from app.text.sentence import Sentence, SentenceError, composed, system_reason

CANCELLED = Sentence("cancelled", "Cancelled")
CONNECTION_ENDED = Sentence("connection-ended-so-stopped", "The connection ended, so stopped")
_STOPPED = Sentence("stopped-before-end", "Stopped")


class FileError(SentenceError):
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
            raise FileError(
                "not-regular-file",
                "{name} is not a regular file. Choose one that is.",
                name=path.name,
            ) from None
        except (OSError, ValueError) as error:
            reason = system_reason(error)
            raise FileError(
                "send-file-unreadable",
                "{name} cannot be read: {reason}. Choose another file.",
                name=path.name,
                reason=reason,
            ) from None
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
            self.trouble = system_reason(error)
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
        self._log.add_event(
            Sentence(
                "file-sending",
                "Sending file {name}, {size}…",
                name=self.file.name,
                size=count_bytes(self.file.size),
            )
        )
        wire.send_from(self._next_piece)

    def flushed(self, unsent: int) -> None:
        """The system took more data. `unsent` bytes are read from the file but not sent yet."""
        if not self.is_over:
            self.file.bytes_sent = max(0, self.file.bytes_read - unsent)

    def stop(self, how: Sentence) -> None:
        """Stop the transfer. `how` begins the sentence: `Cancelled` sending file …"""
        self._end(how)

    def _next_piece(self, size: int) -> bytes:
        data = self.file.read(size)
        if data:
            self._log.tap_sent(data)
        elif self.file.trouble:
            self._end(_STOPPED)
        else:
            self.file.bytes_sent = self.file.bytes_read
            self._end(None)
        return data

    def _end(self, how: Sentence | None) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.file.close()
        log_sentence = self._log.add_event if how is None else self._log.add_trouble
        log_sentence(describe_file(self.file, how, self._clock.seconds()))


def describe_file(file: OutgoingFile, how: Sentence | None, now: float) -> Sentence:
    """The sentence about the end of a transfer: how much was sent and how fast. `how` is why it
    stopped before its end."""
    if how is None:
        return Sentence(
            "file-sent",
            "Sent file {name}, {size} in {seconds:.1f} s ({speed}).",
            name=file.name,
            size=count_bytes(file.bytes_sent),
            seconds=max(now - file.began_at, 0.0),
            speed=speed(file.rate(now)),
        )
    return Sentence(
        "file-stopped",
        "{how} sending file {name} after {sent:,} of {size}{reason}.",
        how=how,
        name=file.name,
        sent=file.bytes_sent,
        size=count_bytes(file.size),
        reason=composed(": {trouble}", trouble=file.trouble) if file.trouble else "",
    )


def speed(rate: float) -> str:
    """`rate` (bytes a second) as `12.3 MB/s`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if rate >= size:
            return f"{rate / size:.1f} {unit}/s"
    return f"{rate:.0f} B/s"
