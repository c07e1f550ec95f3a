"""Files that are replaced in one step: at any moment a file holds all of the old or all of the new.

The new text is written beside the file, forced to the disk, and put in its place by one rename, so
that a process killed in the middle harms nothing. The profile and the snippets are saved like this.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import Final

_STALE_SECONDS: Final = 60


def write_atomically(target: Path, content: bytes) -> None:
    """Makes `target` hold `content`. Raises `OSError`, and leaves it as it was.

    A new file is its owner's alone (0600); whoever shares one can widen its mode, which is kept.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            _keep_rights(target, temporary)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _keep_rights(target: Path, temporary: Path) -> None:
    """Gives `temporary` the mode of `target`, and its owner where that is allowed."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    # A rename needs no right to write the file. Who protected it did not mean that.
    if not old.st_mode & 0o222:
        raise PermissionError(errno.EACCES, "the file is write-protected")
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(old.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    """Forces the rename itself to the disk, where the platform can."""
    if sys.platform == "win32":
        return
    # The new text is in its place already; a file system that cannot do this is no failed save.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_stale(target: Path, now: float) -> None:
    """Removes what saves left behind that were killed, and not what another is writing just now."""
    for left in target.parent.glob(f".{escape(target.name)}.*.new"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()


def move_aside(target: Path, now: float) -> Path:
    """Renames `target` to `<name>.broken-<time><suffix>`, and returns that path.

    `now` is in seconds since the epoch. Raises `OSError` if it cannot be renamed.
    """
    stamp = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(now))
    aside = target.with_name(f"{target.stem}.broken-{stamp}{target.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = target.with_name(f"{target.stem}.broken-{stamp}-{number}{target.suffix}")
    target.rename(aside)
    return aside


def write_error(error: OSError) -> str:
    """What the system says of it, in its few words."""
    return error.strerror or str(error)
