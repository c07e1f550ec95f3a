"""Paths as users write them: `~` is a home folder, and what is not absolute begins in a folder.

A name after the `~` that is no user's is taken as it stands, as by a shell. Whoever lets users
write a path tells them so, by `home_folder_problem`.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def expand_home(written: str) -> str:
    """`written` with the home folder that it begins with, if it begins with one."""
    return os.path.expanduser(written)  # noqa: PTH111 - that of pathlib raises for unknown users


def resolve_path(written: str, folder: Path) -> Path:
    """The absolute path that `written` means in `folder`."""
    return folder.absolute() / expand_home(written)


def home_folder_problem(written: str) -> str:
    """What to tell the user about the home folder that `written` begins with; empty if nothing."""
    if not written.startswith("~") or not expand_home(written).startswith("~"):
        return ""
    name = Path(written).parts[0][1:]
    if not name:
        return "Nobody knows where your home folder is. Write the whole path."
    short = name if len(name) <= 32 else f"{name[:31]}…"
    return f'There is no user "{short}". Write the whole path.'


# MERGED regular_file: Files that are read, and nothing else that may stand at their path.
#
# To open a named pipe is to wait for its writer, and to read a device may never end. Whoever reads a
# path that a user or another program chose opens it here, and the window goes on.


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
