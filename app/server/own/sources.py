"""The files that one load read, and whether they are other ones by now."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from importlib.util import decode_source
from pathlib import Path
from typing import Final

from attrs import frozen

from app.server.own.failures import LoadingFailed

LARGEST_SIZE: Final = 1024 * 1024
"""Bytes. Code that a person wrote is far below."""


@frozen
class _Seen:
    """A file when it was read."""

    status: tuple[int, ...]
    """Another one as soon as anybody writes to the file or replaces it."""

    digest: bytes


class Sources:
    """Reads the user's files, and remembers of each what was in it.

    `in` tells whether a file name, as code objects and tracebacks have it, is one of them.
    """

    def __init__(self, mark: str = "") -> None:
        """`mark` is what the names of the modules made of these files have at the end."""
        self.mark = mark
        self._seen: dict[str, _Seen | None] = {}

    def __contains__(self, filename: str) -> bool:
        return filename in self._seen

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def read(self, path: Path) -> bytes:
        """The content of a source file. Raises `LoadingFailed` for all that cannot be one."""
        self._seen[str(path)] = None
        try:
            status = path.stat()
            self._check_kind(path, status)
            data = path.read_bytes()
        except OSError as error:
            raise LoadingFailed(_why_unreadable(path, error), self) from None
        self._seen[str(path)] = _Seen(_fingerprint(status), _digest(data))
        self._check_content(path, data)
        return data

    def changed(self) -> bool:
        """Whether any of the files holds something else now, or is there at last.

        One system call a file, unless a file was written to. A file that vanished is no change:
        there is nothing to load instead.
        """
        return any(self._has_changed(Path(name)) for name in list(self._seen))

    def _has_changed(self, path: Path) -> bool:
        before = self._seen[str(path)]
        try:
            status = _fingerprint(path.stat())
            if before is not None and before.status == status:
                return False
            digest = _digest(path.read_bytes())
        except OSError:
            return False
        if before is None or before.digest != digest:
            return True
        self._seen[str(path)] = _Seen(status, digest)
        return False

    def _check_kind(self, path: Path, status: os.stat_result) -> None:
        if stat.S_ISDIR(status.st_mode):
            raise LoadingFailed(f"{path} is a folder. Name a Python file in it.", self)
        if not stat.S_ISREG(status.st_mode):
            raise LoadingFailed(f"{path} is no ordinary file. Name a Python file.", self)
        if status.st_size > LARGEST_SIZE:
            raise LoadingFailed(
                f"{path.name} is larger than {LARGEST_SIZE // 1024} KiB, which no code is. "
                "Name a smaller Python file.",
                self,
            )

    def _check_content(self, path: Path, data: bytes) -> None:
        if b"\0" in data:
            raise LoadingFailed(f"{path.name} is no text. Name a Python file.", self)
        try:
            decode_source(data)
        except (SyntaxError, UnicodeDecodeError):  # it may have a coding line of its own
            self._refuse_unless_utf8(path, data)

    def _refuse_unless_utf8(self, path: Path, data: bytes) -> None:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise LoadingFailed(
                f"{path.name}, line {line}: this is not UTF-8. Save the file as UTF-8.", self
            ) from None


def _why_unreadable(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"There is no file {path}. Check its name; it counts from the profile's folder."
    return f"{path} cannot be read ({error.strerror or error}). Check its rights."


def _fingerprint(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
