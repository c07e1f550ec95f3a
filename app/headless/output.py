"""Writes lines on a thread of its own: whoever does not read them holds nobody up.

A script that starts `portdeck serve` and reads the first line alone is the usual case. Once the
pipe is full, a write waits for ever; on the reactor's thread that would be the end of all serving,
and of stopping as well.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, TextIO

MOST_LINES: Final = 100_000
"""How many may wait to be read."""

CLOSE_SECONDS: Final = 2.0
"""How long the end waits for a reader."""

RETRY_SECONDS: Final = 1.0
"""How often a disk that is full is tried again."""

_GONE: Final = (errno.EPIPE, errno.EIO, errno.EBADF, errno.ECONNRESET)
"""Nobody will ever read there again: the other end is closed, or the terminal is."""


class Output:
    """The lines for one stream, in their order."""

    def __init__(self, out: TextIO | None, most: int = MOST_LINES) -> None:
        """`out` must have a file descriptor. Without one, as under a shell's `>&-`, nothing is
        written."""
        self._out = out
        self._most = most
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    def begin(self, gone: Callable[[], object]) -> None:
        """Write from now on. `gone` is called, on another thread, once nobody reads any more."""
        if self._out is not None:
            # Not the stream itself: its end would wait for a write that waits for a reader.
            arguments = (os.dup(self._out.fileno()), self._out.encoding, gone)
            self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
            self._thread.start()

    def write(self, line: str) -> bool:
        """Put `line` in the queue. False if that is full, and the line is lost."""
        if self._lines.qsize() >= self._most:
            return False
        if self._out is not None:
            self._lines.put(line)
        return True

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Return once all is written, or after `seconds`: then the rest is lost."""
        self._lines.put(None)
        if self._thread is not None:
            self._thread.join(seconds)
        self._over.set()

    def _run(self, descriptor: int, encoding: str, gone: Callable[[], object]) -> None:
        try:
            while lines := self._take():
                text = "".join(f"{line}\n" for line in lines if line is not None)
                self._write_all(descriptor, text.encode(encoding, "backslashreplace"))
                if lines[-1] is None:
                    break
        except OSError:
            if not self._over.is_set():
                gone()
        os.close(descriptor)

    def _write_all(self, descriptor: int, data: bytes) -> None:
        """Write all of `data`, however long it takes. Raises `OSError` if nobody ever reads it."""
        left = memoryview(data)
        has_complained = False
        while left and not self._over.is_set():
            try:
                left = left[os.write(descriptor, left) :]
            except OSError as error:
                if error.errno in _GONE:
                    raise
                if not has_complained:
                    has_complained = True
                    _complain(f"The lines cannot be written ({error.strerror}); trying again.")
                self._over.wait(RETRY_SECONDS)

    def _take(self) -> list[str | None]:
        """What waits, at least one; nothing comes after a `None`."""
        lines = [self._lines.get()]
        with suppress(Empty):
            while lines[-1] is not None:
                lines.append(self._lines.get_nowait())
        return lines


def _complain(sentence: str) -> None:
    with suppress(OSError):
        print(sentence, file=sys.stderr)
