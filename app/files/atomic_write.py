"""Atomic writes: at any moment a file holds either all of its old content or all of the new.

The new content is written to a temporary file in the same folder, synced to the disk, and renamed.
A process that is killed in between damages nothing. The profile and the snippets are saved like
this.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.text.sentence import Sentence, system_reason

_STALE_SECONDS: Final = 60


def write_atomically(target: Path, content: bytes) -> None:
    """Replace the content of `target`. Raises `OSError` and then leaves `target` unchanged.

    A new file has mode 0600. The mode of an existing file is kept.
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
    """Give `temporary` the mode of `target`, and its owner where that is allowed."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    # A rename succeeds without write permission on the file. Respect the protection all the same.
    if not old.st_mode & 0o222:
        raise PermissionError(
            errno.EACCES, Sentence("write-protected", "the file is write-protected")
        )
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(old.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    """Sync the rename itself to the disk, where the platform supports it."""
    if sys.platform == "win32":
        return
    # The new content is already in place, so a file system without this feature is no failure.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_stale(target: Path, now: float) -> None:
    """Remove temporary files that killed processes left behind.

    A younger file may belong to a save that is running now, so it stays. `now` is in Unix seconds.
    """
    from glob import escape  # most starts of the program do not need it

    for left in target.parent.glob(f".{escape(target.name)}.*.new"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()


def move_aside(target: Path, now: float) -> Path:
    """Rename `target` to `<name>.broken-<time><suffix>`, and return that path.

    `now` is in Unix seconds. Raises `OSError` if the file cannot be renamed.
    """
    stamp = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(now))
    aside = target.with_name(f"{target.stem}.broken-{stamp}{target.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = target.with_name(f"{target.stem}.broken-{stamp}-{number}{target.suffix}")
    target.rename(aside)
    return aside


def unreadable(path: Path, error: OSError) -> Sentence:
    """The sentence about a file that `error` kept from being read."""
    return Sentence(
        "file-unreadable",
        "{path} cannot be read ({reason}).",
        path=path,
        reason=system_reason(error),
    )


def unwritable(path: Path, error: OSError) -> Sentence:
    """The sentence about a file that `error` kept from being written."""
    return Sentence(
        "file-unwritable",
        "{path} cannot be written ({reason}).",
        path=path,
        reason=system_reason(error),
    )
