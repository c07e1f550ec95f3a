"""A file of traffic, whatever its form: which connections it has, and what one of them said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import define

from app.traffic.capture.packet_file import CaptureError
from app.traffic.capture.reader import Capture
from app.traffic.connection_info import ConnectionInfo
from app.traffic.connection_messages import ConnectionReader
from app.traffic.framing import Framing
from app.traffic.recording.reader import Recording
from app.traffic.recording.schema import RecordingError

MOST_LISTED: Final = 10_000
SPAN_BYTES: Final = 1024 * 1024
SPAN_CHUNKS: Final = 16 * 1024
STEP_SECONDS: Final = 0.1

_SQLITE: Final = b"SQLite format 3\0"


class TrafficFileError(Exception):
    """A file of traffic does not do; `str()` is a sentence for the user."""


@define
class ListedConnection:
    """One connection of a file."""

    number: int
    info: ConnectionInfo | None
    began_at: float
    client_bytes: int = 0
    server_bytes: int = 0

    def __str__(self) -> str:
        name = "an unknown connection" if self.info is None else str(self.info)
        kind = "UDP" if self.info is not None and self.info.is_datagram else "TCP"
        return (
            f"{self.number:>6}  {kind}  {name}  "
            f"client {self.client_bytes:,} B  server {self.server_bytes:,} B"
        )


class TrafficFile:
    """A recording or a capture, open for reading."""

    def __init__(self, path: Path) -> None:
        """Reads a capture to its end. Raises `TrafficFileError`."""
        self.path = path
        try:
            self._source: Recording | Capture = (
                Recording(path) if _is_recording(path) else _read_capture(path)
            )
        except (RecordingError, CaptureError) as error:
            raise TrafficFileError(str(error)) from error

    @property
    def notes(self) -> list[str]:
        """Sentences for what is wrong with the file, and for what is not read of it."""
        source = self._source
        damage = [source.damage] if source.damage else []
        return damage + (source.counts.sentences() if isinstance(source, Capture) else [])

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def connections(self) -> list[ListedConnection]:
        """The connections that said something, in the order of their first chunks.

        Of a file with more, the first `MOST_LISTED`.
        """
        found: dict[int, ListedConnection] = {}
        for number, sent, time, size in self._chunks():
            each = found.get(number)
            if each is None:
                if len(found) >= MOST_LISTED:
                    continue
                each = found[number] = ListedConnection(number, self._source.info(number), time)
            if sent is (each.info is not None and each.info.began_here):
                each.client_bytes += size
            else:
                each.server_bytes += size
        return list(found.values())

    def is_datagram(self, number: int) -> bool:
        """Whether the connection of that number was over UDP."""
        info = self._source.info(number)
        return info is not None and info.is_datagram

    def reader(self, number: int, framing: Framing | None) -> ConnectionReader:
        """Reads the messages of the connection of that number."""
        info = self._source.info(number)
        missing = self._source.missing if isinstance(self._source, Capture) else lambda chunk: 0
        return ConnectionReader(
            self._source,
            number,
            framing,
            is_datagram=self.is_datagram(number),
            began_here=info is not None and info.began_here,
            missing=missing,
        )

    def _chunks(self) -> Iterator[tuple[int, bool, float, int]]:
        """Of each chunk: the connection, whether it was sent, its time, and its size."""
        number = self._source.first
        while span := self._source.span(number, SPAN_BYTES, SPAN_CHUNKS):
            start = 0
            for owner, time, end in zip(span.owners, span.times, span.ends, strict=True):
                yield owner >> 1, bool(owner & 1), time, end - start
                start = end
            number += len(span)


def _is_recording(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except (OSError, ValueError):
        return False  # the capture reader tells why


def _read_capture(path: Path) -> Capture:
    capture = Capture(path)
    while not capture.step(STEP_SECONDS):
        pass
    return capture
