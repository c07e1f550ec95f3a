"""Standard input and output next to the reactor, each on its own thread.

They may be a terminal, a pipe or a file, and other programs may share them. Those programs may have
made them non-blocking, and do not expect us to do that. So a thread waits for them. Both are daemon
threads: they end with the program, even while they wait.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from app.runtime import output


class StdinReader:
    """Reads `descriptor` piece by piece, each only on request."""

    def __init__(
        self, reactor: Any, descriptor: int, size: int, on_data: Callable[[bytes], None]
    ) -> None:
        """`on_data` gets each piece, at most `size` bytes, on the reactor's thread; an empty one at
        the end."""
        self._reactor = reactor
        self._descriptor = descriptor
        self._size = size
        self._on_data = on_data
        self._requests = threading.Semaphore(0)
        self._is_reading = False
        threading.Thread(target=self._run, name="standard input", daemon=True).start()

    def request(self) -> None:
        """Read the next piece, unless a read is in progress."""
        if not self._is_reading:
            self._is_reading = True
            self._requests.release()

    def _run(self) -> None:
        data = b"begin"
        while data:
            self._requests.acquire()
            try:
                data = output.read(self._descriptor, self._size)
            except OSError:  # closed, or a terminal that is closed
                data = b""
            self._reactor.callFromThread(self._deliver, data)

    def _deliver(self, data: bytes) -> None:
        self._is_reading = False
        self._on_data(data)


class StdoutWriter:
    """Writes to `descriptor` in order, and counts the waiting bytes."""

    def __init__(
        self,
        reactor: Any,
        descriptor: int,
        *,
        on_written: Callable[[], None],
        on_broken: Callable[[], None],
    ) -> None:
        """`on_written` is called after each piece. `on_broken` is called once, when the reader has
        closed the output."""
        self.bytes_waiting = 0
        self._reactor = reactor
        self._descriptor = descriptor
        self._on_written = on_written
        self._on_broken = on_broken
        self._pieces: queue.SimpleQueue[bytes | Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="standard output", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Queue `data`."""
        self.bytes_waiting += len(data)
        self._pieces.put(data)

    def finish(self, done: Callable[[], None]) -> None:
        """Call `done` on the reactor's thread when everything is written."""
        self._pieces.put(done)

    def _run(self) -> None:
        while True:
            piece = self._pieces.get()
            if not isinstance(piece, bytes):
                self._reactor.callFromThread(piece)
                return
            try:
                self._write(piece)
            except OSError:
                self._reactor.callFromThread(self._on_broken)
                return
            self._reactor.callFromThread(self._count, len(piece))

    def _write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[output.write(self._descriptor, rest) :]

    def _count(self, size: int) -> None:
        self.bytes_waiting -= size
        self._on_written()
