"""One file on its way to a peer: read as fast as the peer takes it, never held in memory."""

from __future__ import annotations

import os
from pathlib import Path

from app.regular_file import NotRegular, open_regular


class FileError(Exception):
    """A file that cannot be sent. Its text is one sentence that says what to do."""


class SentFile:
    """Owns the open file until `close`, and knows how far it is.

    Only regular files: reading any other could wait for ever, and everything with it.
    """

    def __init__(self, path: Path, now: float) -> None:
        """Opens `path` at `now` (seconds). Raises `FileError`."""
        self.path = path
        self.began_at = now
        self.bytes_read = 0
        self.bytes_sent = 0
        """What the system took of it."""
        self.trouble = ""
        """Why reading ended before the end of the file; empty if it did not."""
        try:
            self._file = open_regular(path, is_buffered=False)
        except NotRegular:
            raise FileError(f"{path.name} is not a regular file. Choose one that is.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise FileError(f"{path.name} cannot be read: {reason}. Choose another file.") from None
        self.size = os.fstat(self._file.fileno()).st_size
        """Bytes when it was opened; it may grow or shrink meanwhile."""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.path.name

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end, and where it cannot be read further."""
        try:
            data = self._file.read(size) or b""
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return b""
        self.bytes_read += len(data)
        return data

    def rate(self, now: float) -> float:
        """Bytes a second so far."""
        seconds = now - self.began_at
        return self.bytes_sent / seconds if seconds > 0 else 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
