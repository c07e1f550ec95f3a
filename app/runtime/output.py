"""Output on a thread of its own, so that a slow reader does not block the reactor.

Many scripts start `portdeck serve` and read only the first line, or never read standard error. When
the pipe is full, a write waits until somebody reads. On the reactor's thread, that would stop all
serving.

A descriptor that the process inherited may be non-blocking: another process that shares it can
switch that at any time. `read` and `write` wait for such a descriptor with `select`.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase, TextIOWrapper, UnsupportedOperation
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, TextIO

from app.text.sentence import Sentence, system_reason

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def read(descriptor: int, size: int) -> bytes:
    """Wait for bytes and read at most `size` of them; none at the end. Raises `OSError`."""
    while True:
        try:
            return os.read(descriptor, size)
        except BlockingIOError:
            select.select([descriptor], [], [])


def write(descriptor: int, data: memoryview, seconds: float | None = None) -> int:
    """Wait for room, write a part of `data`, and return its length. Raises `OSError`.

    With a non-blocking descriptor, returns 0 after `seconds` without room.
    """
    while True:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            if not select.select([], [descriptor], [], seconds)[1]:
                return 0


MOST_PIECES: Final = 100_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""The limits of the queue: beyond them, new lines are dropped and counted."""

CLOSE_SECONDS: Final = 1.0
"""How long `Output.close` waits for a reader."""

RETRY_SECONDS: Final = 1.0
"""The pause before a write to a full disk is tried again."""

PAUSE_SECONDS: Final = 0.005
"""How long more is gathered after a write. To wake the thread for each line of a busy server costs
as much as to serve a connection."""

_GONE: Final = (errno.EPIPE, errno.EIO, errno.EBADF, errno.ECONNRESET)
"""The errors of a stream whose other end, or terminal, is closed for good."""


class Output:
    """A bounded queue of bytes for one stream, written in order by a thread."""

    def __init__(self, out: TextIO | None, most: int = MOST_PIECES) -> None:
        """`out` must have a file descriptor. With `None`, as under a shell's `>&-`, nothing is
        written."""
        self._out = out
        self._most = most
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        # Each counter is written by one thread only.
        self._bytes_put = 0
        self._bytes_taken = 0
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    def begin(self, gone: Callable[[], object]) -> None:
        """Start the thread. It calls `gone`, on that thread, when the reader has closed the
        stream."""
        if self._out is not None:
            # A duplicate: closing the stream itself would wait for a write that is blocked.
            arguments = (os.dup(self._out.fileno()), gone)
            self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
            self._thread.start()

    def write(self, line: str) -> bool:
        """Queue `line`. False if the queue is full; the line is dropped then."""
        encoding = "utf-8" if self._out is None else self._out.encoding
        return self.put(f"{line}\n".encode(encoding, "backslashreplace"))

    def put(self, data: bytes) -> bool:
        """Queue `data`. False if the queue is full; `data` is dropped then."""
        waiting = self._bytes_put - self._bytes_taken
        if self._pieces.qsize() >= self._most or waiting >= MOST_BYTES:
            return False
        if self._out is not None and not self._over.is_set():
            self._bytes_put += len(data)
            self._pieces.put(data)
        return True

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until all is written, or for `seconds`; the rest is dropped then."""
        self._pieces.put(None)
        if self._thread is not None:
            self._thread.join(seconds)
        self._over.set()

    def _run(self, descriptor: int, gone: Callable[[], object]) -> None:
        try:
            while pieces := self._take():
                data = b"".join(piece for piece in pieces if piece is not None)
                self._write_all(descriptor, data)
                self._bytes_taken += len(data)
                if pieces[-1] is None:
                    break
                self._over.wait(PAUSE_SECONDS)
        except OSError:
            if not self._over.is_set():
                self._over.set()
                gone()
        os.close(descriptor)

    def _write_all(self, descriptor: int, data: bytes) -> None:
        """Write all of `data`, however long it takes. Raises `OSError` if the reader is gone."""
        left = memoryview(data)
        has_complained = False
        while left and not self._over.is_set():
            try:
                left = left[write(descriptor, left, RETRY_SECONDS) :]
            except OSError as error:
                if error.errno in _GONE:
                    raise
                if not has_complained:
                    has_complained = True
                    _complain(
                        Sentence(
                            "lines-unwritable",
                            "The lines cannot be written ({reason}); trying again.",
                            reason=system_reason(error),
                        )
                    )
                self._over.wait(RETRY_SECONDS)

    def _take(self) -> list[bytes | None]:
        """Wait for a piece and take all that are queued. A `None` ends the queue."""
        pieces = [self._pieces.get()]
        with suppress(Empty):
            while pieces[-1] is not None:
                pieces.append(self._pieces.get_nowait())
        return pieces


@contextmanager
def diverted(stream: TextIO | None) -> Iterator[TextIO]:
    """A stream that writes to `stream` through an `Output`, inside the `with` block.

    It replaces `sys.stderr`, which the log, warnings and the user's own code write to. If nobody
    reads, bytes are dropped, and a line says later how many.
    """
    if stream is not None:
        stream.flush()
        try:
            stream.fileno()
        except UnsupportedOperation:  # a stream in memory, which never blocks
            yield stream
            return
    output = Output(stream)
    output.begin(gone=lambda: None)
    encoding = "utf-8" if stream is None else stream.encoding
    try:
        yield TextIOWrapper(
            DivertedStream(output, stream), encoding, "backslashreplace", write_through=True
        )
    finally:
        output.close()


class DivertedStream(BufferedIOBase):
    """The binary stream below `diverted`: puts its bytes into an `Output`."""

    def __init__(self, output: Output, stream: TextIO | None) -> None:
        self._output = output
        self._stream = stream
        self.name = "<stderr>"
        self._lost = 0
        self._lock = threading.RLock()  # reentrant: a signal handler may write during a write

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Queue all of `data`. Called on any thread."""
        data = bytes(data)
        with self._lock:
            if self._lost and self._output.put(_loss(self._lost)):
                self._lost = 0
            if self._lost or not self._output.put(data):
                self._lost += len(data)
        return len(data)

    def fileno(self) -> int:
        """The descriptor of the original stream, for child processes."""
        if self._stream is None:
            raise UnsupportedOperation
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()


def _loss(size: int) -> bytes:
    return f"\n{size} bytes are lost here: those before them were not read in time.\n".encode()


def _complain(sentence: str) -> None:
    with suppress(OSError):
        print(sentence, file=sys.stderr)
