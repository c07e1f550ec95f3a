"""Paths that a user wrote or chose: expand them, resolve them, and open them without waiting.

`~` and `~name` stand for home folders. As in a shell, `~name` of an unknown user stays as it is; a
form that takes a path reports that with `home_folder_problem`. Opening a named pipe waits for its
writer, and reading a device may never end, so `open_regular` accepts regular files only.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from app.text.sentence import Sentence


def expand_home(written: str) -> str:
    """`written` with a leading `~` or `~name` replaced by the home folder."""
    return os.path.expanduser(written)  # noqa: PTH111 - that of pathlib raises for unknown users


def resolve_path(written: str, folder: Path) -> Path:
    """The absolute path of `written`, which is relative to `folder` unless it is absolute."""
    return folder.absolute() / expand_home(written)


def is_file(path: Path | str) -> bool:
    """Whether there is a file at `path`. Unlike that of `Path`, it never raises, as for a name
    that is too long."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path | str) -> bool:
    """Whether there is a folder at `path`. Never raises."""
    return os.path.isdir(path)  # noqa: PTH112


def home_folder_problem(written: str) -> str:
    """A sentence for the user if `written` begins with an unknown home folder; otherwise empty."""
    if not written.startswith("~") or not expand_home(written).startswith("~"):
        return ""
    name = Path(written).parts[0][1:]
    if not name:
        return Sentence(
            "no-home-folder", "Nobody knows where your home folder is. Write the whole path."
        )
    short = name if len(name) <= 32 else f"{name[:31]}…"
    return Sentence(
        "no-such-user", 'There is no user "{short}". Write the whole path.', short=short
    )


class NotRegular(OSError):
    """The path leads to a pipe, a device, a folder or a socket."""


def open_regular(path: Path, *, is_buffered: bool = True) -> BinaryIO:
    """Open the regular file `path` for reading, without waiting. Raises `OSError`."""
    buffering = -1 if is_buffered else 0
    file: BinaryIO = open(path, "rb", buffering, opener=_open_without_waiting)  # noqa: SIM115 - is returned
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotRegular(
            errno.EINVAL, Sentence("no-regular-file", "it is no regular file"), str(path)
        )
    return file


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no pipes at paths
