"""Files that are read, and nothing else that may stand at their path.

To open a named pipe is to wait for its writer, and to read a device may never end. Whoever reads a
path that a user or another program chose opens it here, and the window goes on.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotRegular(OSError):
    """What stands there can be read, and is no regular file."""


def open_regular(path: Path, *, is_buffered: bool = True) -> BinaryIO:
    """The regular file `path`, open for reading; never waits. Raises `OSError`."""
    buffering = -1 if is_buffered else 0
    file: BinaryIO = open(path, "rb", buffering, opener=_open_at_once)  # noqa: SIM115 - is given
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotRegular(errno.EINVAL, "it is no regular file", str(path))
    return file


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no pipes at paths
