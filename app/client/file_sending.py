"""Sends one file through a wire, as the peer takes it, and tells how that went."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from app.client.formatting import count_bytes
from app.client.record import Record
from app.client.sent_file import SentFile
from app.client.session_words import describe_file
from app.client.wire import Wire


class FileSending:
    """Owns `file`, and closes it in the end, however that comes."""

    def __init__(self, file: SentFile, record: Record, clock: IReactorTime) -> None:
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
