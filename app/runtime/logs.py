"""Where the log goes: one stream of records, from Python and from Twisted alike.

Twisted reports failures of callbacks to a log of its own; a Qt slot's go to `sys.excepthook`. Both
end up in the standard `logging` here, and from there in a file and with whoever adds a handler.
"""

from __future__ import annotations

import logging
import logging.handlers
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

log = logging.getLogger(__name__)

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
FILE_BYTES = 2 * 1024 * 1024
FILES_KEPT = 3


def default_path() -> Path:
    """The platform's place for the log file."""
    return platformdirs.user_log_path("portdeck", appauthor=False) / "portdeck.log"


def begin(*handlers: logging.Handler) -> None:
    """Collect every record of this process, Twisted's failures included, into `handlers`."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    quiet = LogLevelFilterPredicate(defaultLogLevel=LogLevel.warn)
    observer = FilteringLogObserver(STDLibLogObserver(), [quiet])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def file_handler(path: Path | None = None) -> logging.Handler:
    """Writes to `path`, readable by its owner alone, in a few files of bounded size.

    A place that cannot be written to costs the file, not the start.
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
    """The log file of this process; `None` if there is none."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _PrivateFiles):
            return Path(handler.baseFilename)
    return None


class _PrivateFiles(logging.handlers.RotatingFileHandler):
    """Files that only their owner can read, also the new one after each rotation."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


def stderr_handler(level: int = logging.WARNING) -> logging.Handler:
    """Writes what needs attention to standard error, for a program without a window."""
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """For `sys.excepthook`: an exception that nobody caught, such as one in a Qt slot."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("Something unexpected failed: %s", error, exc_info=(kind, error, traceback))
