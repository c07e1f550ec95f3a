"""Writes to a stream on a thread of its own: whoever does not read there holds nobody up.

A script that starts `portdeck serve` and reads the first line alone is the usual case, and so is
one that never looks at standard error. Once the pipe is full, a write waits for ever; on the
reactor's thread that would be the end of all serving, and of stopping as well.
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

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


# MERGED descriptors: Reading from and writing to what other programs gave us, on threads that may wait.
#
# A descriptor that came with the start, such as standard output, may be non-blocking: whoever shares
# it can make it so at any time, for all. What it refuses for the moment is waited for here.


def read(descriptor: int, size: int) -> bytes:
    """At most `size` bytes, once there are some; none at the end. Raises `OSError`."""
    while True:
        try:
            return os.read(descriptor, size)
        except BlockingIOError:
            select.select([descriptor], [], [])


def write(descriptor: int, data: memoryview, seconds: float | None = None) -> int:
    """Write some of `data`, once there is room; gives how many bytes. Raises `OSError`.

    Where the descriptor is non-blocking, 0 after `seconds` without room.
    """
    while True:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            if not select.select([], [descriptor], [], seconds)[1]:
                return 0


MOST_PIECES: Final = 100_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""From when on nothing more may wait to be read."""

CLOSE_SECONDS: Final = 1.0
"""How long the end waits for a reader of one stream."""

RETRY_SECONDS: Final = 1.0
"""How often a disk that is full is tried again."""

_GONE: Final = (errno.EPIPE, errno.EIO, errno.EBADF, errno.ECONNRESET)
"""Nobody will ever read there again: the other end is closed, or the terminal is."""


class Output:
    """What goes to one stream, in its order."""

    def __init__(self, out: TextIO | None, most: int = MOST_PIECES) -> None:
        """`out` must have a file descriptor. Without one, as under a shell's `>&-`, nothing is
        written."""
        self._out = out
        self._most = most
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        # Each of the two is counted up by one thread alone.
        self._bytes_put = 0
        self._bytes_taken = 0
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    def begin(self, gone: Callable[[], object]) -> None:
        """Write from now on. `gone` is called, on another thread, once nobody reads any more."""
        if self._out is not None:
            # Not the stream itself: its end would wait for a write that waits for a reader.
            arguments = (os.dup(self._out.fileno()), gone)
            self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
            self._thread.start()

    def write(self, line: str) -> bool:
        """Put `line` in the queue. False if that is full, and the line is lost."""
        encoding = "utf-8" if self._out is None else self._out.encoding
        return self.put(f"{line}\n".encode(encoding, "backslashreplace"))

    def put(self, data: bytes) -> bool:
        """The same for bytes as they are."""
        waiting = self._bytes_put - self._bytes_taken
        if self._pieces.qsize() >= self._most or waiting >= MOST_BYTES:
            return False
        if self._out is not None and not self._over.is_set():
            self._bytes_put += len(data)
            self._pieces.put(data)
        return True

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Return once all is written, or after `seconds`: then the rest is lost."""
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
        except OSError:
            if not self._over.is_set():
                self._over.set()
                gone()
        os.close(descriptor)

    def _write_all(self, descriptor: int, data: bytes) -> None:
        """Write all of `data`, however long it takes. Raises `OSError` if nobody ever reads it."""
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
                    _complain(f"The lines cannot be written ({error.strerror}); trying again.")
                self._over.wait(RETRY_SECONDS)

    def _take(self) -> list[bytes | None]:
        """What waits, at least one; nothing comes after a `None`."""
        pieces = [self._pieces.get()]
        with suppress(Empty):
            while pieces[-1] is not None:
                pieces.append(self._pieces.get_nowait())
        return pieces


@contextmanager
def diverted(stream: TextIO | None) -> Iterator[TextIO]:
    """A stream that leads to where `stream` does, over an `Output`, as long as the context lasts.

    It is made for the place of `sys.stderr`, where everybody writes: the log, warnings, and what
    the user's own code prints. Where nobody reads, it tells later how much is lost.
    """
    if stream is not None:
        stream.flush()
        try:
            stream.fileno()
        except UnsupportedOperation:  # it is kept in memory, and makes nobody wait
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
    """Puts what is written to it into an `Output`."""

    def __init__(self, output: Output, stream: TextIO | None) -> None:
        self._output = output
        self._stream = stream
        self.name = "<stderr>"
        self._lost = 0
        self._lock = threading.RLock()  # what handles a signal may write, in the middle of this

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Takes all of `data` at once, on any thread."""
        data = bytes(data)
        with self._lock:
            if self._lost and self._output.put(_loss(self._lost)):
                self._lost = 0
            if self._lost or not self._output.put(data):
                self._lost += len(data)
        return len(data)

    def fileno(self) -> int:
        """For who starts a program that writes to the same place."""
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
