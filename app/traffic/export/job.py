"""Writes chunks to a file, a few milliseconds at a time; there is a whole file or none."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionEnd, ConnectionInfo
from app.traffic.source import ChunkSource

# MERGED traffic/export/form: What a file format has to do: bytes before the chunks, bytes for each, and nothing else.


class ExportFormat(Protocol):
    """Writes one file. Chunks and endings come in ascending order, each once."""

    def head(self) -> bytes:
        """What the file begins with."""

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        """What `chunk` adds; `party` is what is known of its connection."""

    def end(self, ending: ConnectionEnd) -> bytes:
        """What the end of a connection adds, which comes after its last chunk."""


log = logging.getLogger(__name__)

BATCH_BYTES = 256 * 1024
BATCH_CHUNKS = 200


class ExportError(Exception):
    """The file could not be written; `str()` is a sentence for the user."""


class Job:
    """One export. It writes beside `path` and takes its name at the end.

    `is_over` when the file is there, or never will be. Only its owner can read it. Chunks that the
    log drops before their turn are counted in `missed`.
    """

    def __init__(
        self,
        log: ChunkSource,
        numbers: Sequence[int],
        form: ExportFormat,
        party: Callable[[int], ConnectionInfo | None],
        path: Path,
    ) -> None:
        """`numbers` are those of the chunks, ascending; `party` gives what a connection is.

        Raises `ExportError` if there can be no file.
        """
        self.path = path
        self.written = 0
        self.missed = 0
        self.total = len(numbers)
        self.is_over = False
        self._log = log
        self._numbers = numbers
        self._form = form
        self._party = party
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
        """How many of the `total` had their turn."""
        return self.written + self.missed

    def step(self, seconds: float) -> bool:
        """Go on for about `seconds`; gives `is_over`. After `ExportError` there is no file."""
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
        except Exception as error:  # what is exported may come from a file that is not ours
            self.cancel()
            log.exception("%s was not written.", self.path)
            raise ExportError(
                f"{self.path} was not written: the traffic cannot be put into this form. "
                "Choose another one, or export less of it."
            ) from error
        return self.is_over

    def cancel(self) -> None:
        """Leave no file; harmless when it is over."""
        if self.is_over:
            return
        self.is_over = True
        with suppress(OSError):  # what was still to be written is not wanted any more
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _batch(self) -> bytes:
        made: list[bytes] = []
        size = 0
        for number in self._numbers[self.done : self.done + BATCH_CHUNKS]:
            made.extend(self._ended(number))
            chunk = self._log.chunk(number)
            if chunk is None:
                self.missed += 1
                continue
            self.written += 1
            made.append(self._form.body(chunk, self._party(chunk.connection)))
            size += len(made[-1])
            if size >= BATCH_BYTES:
                break
        return b"".join(made)

    def _ended(self, number: int | None) -> Iterator[bytes]:
        """What the connections add that ended before the chunk of that number, or at all."""
        endings = self._endings
        self._next_ending = max(self._next_ending, endings.first)
        while self._next_ending < endings.end:
            ending = endings[self._next_ending]
            if number is not None and ending.at > number:
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
        self._write(b"".join(self._ended(None)))
        try:
            self._file.close()
            self._part.replace(self.path)
        except OSError as error:
            self.cancel()
            raise _explained(error, self.path) from error
        self.is_over = True


def _explained(error: OSError, path: Path) -> ExportError:
    return ExportError(f"{path} was not written: {error.strerror or error}.")
