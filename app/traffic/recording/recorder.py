"""Copies what a log takes in to a file, without the log or the loop waiting for a disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from attrs import evolve

from app.traffic.chunk_log import ChunkLog
from app.traffic.endings import Ending
from app.traffic.party import Party
from app.traffic.recording.form import RecordingError
from app.traffic.recording.writer import Batch, Writer

BATCH_BYTES: Final = 16 * 1024 * 1024
BATCH_CHUNKS: Final = 50_000
"""Of a batch, at most; also what a recording holds in memory besides the log."""

SPAN_BYTES: Final = 1024 * 1024
SPAN_CHUNKS: Final = 16 * 1024

KNOWN_PARTIES: Final = 10_000
"""How many connections are remembered as told of. Of who is forgotten the file is told again."""


class Recorder:
    """One recording under way: everything that crosses from now on.

    `step` hands the next batch to a thread whenever that is free. Where a disk is slower than the
    traffic for so long that the log drops chunks before their turn, they are counted in `missed`.
    Once `is_over`, the file is whole; `trouble` says why it ended before it was told to.
    """

    def __init__(
        self,
        log: ChunkLog,
        party: Callable[[int], Party | None],
        path: Path,
        *,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        """`party` gives what a connection is; `free` the bytes that are free on a folder's disk.

        Raises `RecordingError` if there can be no file.
        """
        self.path = path
        self.trouble = ""
        self.is_over = False
        self._log = log
        self._party = party
        self._writer = Writer(path, free)
        self._next = log.end
        self._next_ending = log.endings.end
        self._last: tuple[int, int] | None = None
        """The chunk and the ending to stop before, once somebody said so."""
        self._known: set[int] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._writing: Future[None] | None = None

    @property
    def chunks(self) -> int:
        """How many chunks are safe in the file."""
        return self._writer.chunks

    @property
    def bytes(self) -> int:
        """How many bytes of payload are safe in the file."""
        return self._writer.bytes

    @property
    def missed(self) -> int:
        """How many chunks crossed that are not, and will not be, in the file."""
        return self._writer.missed

    @property
    def is_behind(self) -> bool:
        """Whether something is still to be written, so that another `step` is wanted soon."""
        return not self.is_over and (self._writing is not None or self._is_due)

    def step(self) -> None:
        """See whether the last batch is written, and hand over the next. Never waits."""
        if self.is_over or (self._writing is not None and not self._writing.done()):
            return
        writing, self._writing = self._writing, None
        try:
            if writing is not None:
                writing.result()
        except RecordingError as error:
            self.trouble = str(error)
            self._finish()
            return
        if self._is_due:
            self._writing = self._thread.submit(self._writer.write, self._batch())
        elif self._last is not None:
            self._finish()

    def stop(self) -> None:
        """Record nothing that comes from now on; `step` until it `is_over`."""
        if self._last is None:
            self._last = self._end
        self.step()

    def finish(self) -> None:
        """Stop, and wait until everything is written: for the end of the program."""
        self.stop()
        while not self.is_over:
            if self._writing is not None:
                self._writing.exception()  # waits for it; `step` tells what it was
            self.step()

    @property
    def _end(self) -> tuple[int, int]:
        """The chunk and the ending that are not to be written yet, or never."""
        return self._last or (self._log.end, self._log.endings.end)

    @property
    def _is_due(self) -> bool:
        end, last_ending = self._end
        return self._next < end or self._next_ending < last_ending

    def _batch(self) -> Batch:
        stop, _ = self._end
        missed = max(0, min(self._log.first, stop) - self._next)
        self._next += missed
        shift = self._writer.chunks - self._next
        spans, parties = [], {}
        size = count = 0
        while self._next < stop and size < BATCH_BYTES and count < BATCH_CHUNKS:
            span = self._log.span(self._next, SPAN_BYTES, min(SPAN_CHUNKS, stop - self._next))
            if span is None:
                break
            spans.append(span)
            parties.update(self._new_parties({owner >> 1 for owner in set(span.owners)}))
            size, count = size + len(span.data), count + len(span)
            self._next += len(span)
        return Batch(spans, parties, self._endings(shift), missed)

    def _endings(self, shift: int) -> list[Ending]:
        """Those before the chunk that is next; `shift` makes a chunk's number that in the file."""
        endings, (_, last) = self._log.endings, self._end
        first = max(self._next_ending, endings.first)
        stop = min(last, endings.position(self._next + 1))
        self._next_ending = max(first, stop)
        found = (endings[position] for position in range(first, stop))
        return [evolve(each, at=max(self._writer.chunks, each.at + shift)) for each in found]

    def _new_parties(self, numbers: set[int]) -> dict[int, Party]:
        if len(self._known) > KNOWN_PARTIES:
            self._known.clear()
        found = {number: self._party(number) for number in numbers - self._known}
        known = {number: party for number, party in found.items() if party is not None}
        self._known.update(known)
        return known

    def _finish(self) -> None:
        self.is_over = True
        self._writer.close()
        self._thread.shutdown(wait=False)
