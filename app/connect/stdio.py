"""Standard input and output beside the reactor, each on a thread of its own.

They may be a terminal, a pipe or a file, and are shared with other programs, which would not expect
them to become non-blocking, or may have made them so. A thread waits in their place, either way.
Both end with the program, even where they still wait.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from app.runtime import output


class StdinReader:
    """Reads `descriptor` piece by piece, each only when it is asked for."""

    def __init__(
        self, reactor: Any, descriptor: int, size: int, taken: Callable[[bytes], None]
    ) -> None:
        """`taken` gets each piece of at most `size` bytes, in the reactor's thread; none at the
        end."""
        self._reactor = reactor
        self._descriptor = descriptor
        self._size = size
        self._taken = taken
        self._asked = threading.Semaphore(0)
        self._is_asked = False
        threading.Thread(target=self._run, name="standard input", daemon=True).start()

    def ask(self) -> None:
        """Read the next piece, unless that is under way."""
        if not self._is_asked:
            self._is_asked = True
            self._asked.release()

    def _run(self) -> None:
        data = b"begin"
        while data:
            self._asked.acquire()
            try:
                data = output.read(self._descriptor, self._size)
            except OSError:  # it is closed, or a terminal that is gone
                data = b""
            self._reactor.callFromThread(self._give, data)

    def _give(self, data: bytes) -> None:
        self._is_asked = False
        self._taken(data)


class StdoutWriter:
    """Writes to `descriptor` in order, and knows how much still waits."""

    def __init__(
        self,
        reactor: Any,
        descriptor: int,
        *,
        written: Callable[[], None],
        broken: Callable[[], None],
    ) -> None:
        """`written` is called after each piece; `broken` once, when nobody reads any more."""
        self.bytes_waiting = 0
        self._reactor = reactor
        self._descriptor = descriptor
        self._written = written
        self._broken = broken
        self._pieces: queue.SimpleQueue[bytes | Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="standard output", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Write `data` after all that waits."""
        self.bytes_waiting += len(data)
        self._pieces.put(data)

    def finish(self, done: Callable[[], None]) -> None:
        """Call `done` on the reactor's thread once everything is written."""
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
                self._reactor.callFromThread(self._broken)
                return
            self._reactor.callFromThread(self._count, len(piece))

    def _write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[output.write(self._descriptor, rest) :]

    def _count(self, size: int) -> None:
        self.bytes_waiting -= size
        self._written()
