"""Keeps log records until the pane pulls them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

MAX_WAITING = 2_000


class Collector(logging.Handler):
    """A handler that remembers the newest records and calls `wake` once when there are any.

    Records come from any thread; `wake` is called on that thread.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__()
        self._wake = wake
        self._waiting: deque[logging.LogRecord] = deque()
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(record)
        if len(self._waiting) == 1:
            self._wake()

    def take(self) -> tuple[list[logging.LogRecord], int]:
        """The records since the last call, oldest first, and how many more there were."""
        self.acquire()
        try:
            records, dropped = list(self._waiting), self._dropped
            self._waiting.clear()
            self._dropped = 0
        finally:
            self.release()
        return records, dropped
