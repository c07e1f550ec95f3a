"""Exports: chunks are written to a file in small steps, so that the window stays responsive.

The traffic view runs a `Job` with one of the formats of this package. The result is the complete
file or no file.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

from app.text.sentence import SentenceError, system_reason
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionEnd, ConnectionInfo
from app.traffic.source import ChunkSource

log = logging.getLogger(__name__)

BATCH_BYTES = 256 * 1024
BATCH_CHUNKS = 200


class ExportFormat(Protocol):
    """A file format. It gets each chunk and each end of a connection once, in order."""

    def head(self) -> bytes:
        """The bytes at the start of the file."""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        """The bytes for `chunk`. `info` is `None` if its connection is not known."""

    def end(self, ending: ConnectionEnd) -> bytes:
        """The bytes for the end of a connection, after its last chunk."""


class ExportError(SentenceError):
    """The file could not be written; `str()` is a sentence for the user."""


class Job:
    """One export. It writes a temporary file beside `path` and renames it at the end.

    `is_over` is set when the file is complete, or when the export failed or was cancelled. Only the
    owner can read the file. Chunks that the log dropped before they were written count in `missed`.
    """

    def __init__(
        self,
        log: ChunkSource,
        numbers: Sequence[int],
        form: ExportFormat,
        info_of: Callable[[int], ConnectionInfo | None],
        path: Path,
    ) -> None:
        """`numbers` are the numbers of the chunks, ascending. `info_of` looks up a connection.

        Raises `ExportError` if the file cannot be created.
        """
        self.path = path
        self.written = 0
        self.missed = 0
        self.total = len(numbers)
        self.is_over = False
        self._log = log
        self._numbers = numbers
        self._form = form
        self._info_of = info_of
        try:
            descriptor, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
        except OSError as error:
            raise _explained(error, path) from error
        self._part = Path(name)
        self._endings = log.endings
        self._next_ending = log.endings.position(numbers[0]) if numbers else log.endings.end
        self._file = os.fdopen(descriptor, "wb")
        self._write(form.head())

    @property
    def done(self) -> int:
        """How many of the `total` chunks are written or missed."""
        return self.written + self.missed

    def step(self, seconds: float) -> bool:
        """Write for about `seconds`. Returns `is_over`.

        Raises `ExportError`. The export is over then, without a file.
        """
        deadline = monotonic() + seconds
        try:
            while self.done < self.total:
                self._write(self._batch())
                if monotonic() >= deadline:
                    break
            if self.done >= self.total:
                self._finish()
        except ExportError:
            raise
        except Exception as error:  # a recording or a capture may hold anything
            self.cancel()
            log.exception("%s was not written.", self.path)
            raise ExportError(
                "export-form-impossible",
                "{path} was not written: the traffic cannot be put into this form. Choose "
                "another one, or export less of it.",
                path=self.path,
            ) from error
        return self.is_over

    def cancel(self) -> None:
        """Remove the temporary file. Does nothing if the export is over."""
        if self.is_over:
            return
        self.is_over = True
        with suppress(OSError):  # the data that could not be flushed is not needed
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _batch(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        for number in self._numbers[self.done : self.done + BATCH_CHUNKS]:
            if self._next_ending < self._endings.end:
                parts.extend(self._ends_before(number))
            chunk = self._log.chunk(number)
            if chunk is None:
                self.missed += 1
                continue
            self.written += 1
            parts.append(self._form.body(chunk, self._info_of(chunk.connection)))
            size += len(parts[-1])
            if size >= BATCH_BYTES:
                break
        return b"".join(parts)

    def _ends_before(self, number: int | None) -> Iterator[bytes]:
        """The bytes for the connections that ended before that chunk. `None`: for all others."""
        endings = self._endings
        self._next_ending = max(self._next_ending, endings.first)
        while self._next_ending < endings.end:
            ending = endings[self._next_ending]
            if number is not None and ending.next_chunk > number:
                return
            self._next_ending += 1
            yield self._form.end(ending)

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            self.cancel()
            raise _explained(error, self.path) from error

    def _finish(self) -> None:
        self._write(b"".join(self._ends_before(None)))
        try:
            self._file.close()
            self._part.replace(self.path)
        except OSError as error:
            self.cancel()
            raise _explained(error, self.path) from error
        self.is_over = True


def _explained(error: OSError, path: Path) -> ExportError:
    return ExportError(
        "export-not-written",
        "{path} was not written: {reason}.",
        path=path,
        reason=system_reason(error),
    )
