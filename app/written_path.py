"""Paths as users write them: `~` is a home folder, and what is not absolute begins in a folder.

A name after the `~` that is no user's is taken as it stands, as by a shell. Whoever lets users
write a path tells them so, by `trouble`.
"""

from __future__ import annotations

import os
from pathlib import Path


def expanded(written: str) -> str:
    """`written` with the home folder that it begins with, if it begins with one."""
    return os.path.expanduser(written)  # noqa: PTH111 - that of pathlib raises for unknown users


def place(written: str, folder: Path) -> Path:
    """The absolute path that `written` means in `folder`."""
    return folder.absolute() / expanded(written)


def trouble(written: str) -> str:
    """What to tell the user about the home folder that `written` begins with; empty if nothing."""
    if not written.startswith("~") or not expanded(written).startswith("~"):
        return ""
    name = Path(written).parts[0][1:]
    if not name:
        return "Nobody knows where your home folder is. Write the whole path."
    short = name if len(name) <= 32 else f"{name[:31]}…"
    return f'There is no user "{short}". Write the whole path.'
