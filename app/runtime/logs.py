"""The log: one stream of records from Python, Twisted and Qt.

Twisted logs the failures of callbacks itself, and an exception in a Qt slot goes to
`sys.excepthook`. Both are passed to the standard `logging`, whose handlers write a file and fill
the log pane.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

import platformdirs
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)

from app.text.sentence import Sentence, system_reason

log = logging.getLogger(__name__)

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
FILE_BYTES = 2 * 1024 * 1024
FILES_KEPT = 3
MAX_WAITING = 2_000
"""Records that a `Collector` keeps until they are taken."""


def default_path() -> Path:
    """The log file in the folder that the platform has for logs."""
    return platformdirs.user_log_path("portdeck", appauthor=False) / "portdeck.log"


def begin(*handlers: logging.Handler) -> None:
    """Send every record of this process to `handlers`, Twisted's failures included."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    quiet = LogLevelFilterPredicate(defaultLogLevel=LogLevel.warn)
    observer = FilteringLogObserver(STDLibLogObserver(), [quiet])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def file_handler(path: Path | None = None) -> logging.Handler:
    """A handler that writes to `path`, in a few files of limited size with mode 0600.

    If the folder is not writable, a warning is logged and nothing is written.
    """
    path = path or default_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _PrivateFiles(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    except OSError as error:
        log.warning("No log file is written: %s", error)
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter(FORMAT))
    return handler


def written_to() -> Path | None:
    """The log file of this process; `None` if it writes none."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _PrivateFiles):
            return Path(handler.baseFilename)
    return None


class Collector(logging.Handler):
    """A log handler that keeps the newest records until the pane takes them.

    It calls `wake` for the first record after each `take`. Records come from any thread, and `wake`
    is called on that thread.
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
        """The records since the last call, oldest first, and the number of dropped ones."""
        self.acquire()
        try:
            records, dropped = list(self._waiting), self._dropped
            self._waiting.clear()
            self._dropped = 0
        finally:
            self.release()
        return records, dropped


class _PrivateFiles(logging.handlers.RotatingFileHandler):
    """Creates every file with mode 0600, also the new one after a rotation.

    If writing fails, as on a full disk, one sentence says so. Records are missing in the file until
    writing works again.
    """

    _is_failing = False
    _has_failed = False
    """Whether the last record could not be written."""

    def emit(self, record: logging.LogRecord) -> None:
        self._has_failed = False
        super().emit(record)
        if self._is_failing and not self._has_failed:
            self._is_failing = False
            log.info("The log file %s is written again.", self.baseFilename)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as in logging
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._has_failed = True
        if self._is_failing:
            return
        self._is_failing = True
        sentence = Sentence(
            "log-unwritable",
            "The log file {basefilename} cannot be written: {reason}. Portdeck goes on without it "
            "until it can.",
            basefilename=self.baseFilename,
            reason=system_reason(error),
        )
        with suppress(OSError):
            sys.stderr.write(f"{sentence}\n")
        log.warning("%s", sentence)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


def stderr_handler(level: int = logging.WARNING) -> logging.Handler:
    """A handler that writes warnings and errors to standard error, for a program without a
    window."""
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Log an uncaught exception, such as one in a Qt slot. Made for `sys.excepthook`."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("Something unexpected failed: %s", error, exc_info=(kind, error, traceback))
