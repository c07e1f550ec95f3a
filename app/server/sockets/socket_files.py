"""Unix sockets as files: stale ones are replaced, and a closed port removes only its own.

A socket file that a killed program left behind is removed before binding. A socket in use, or any
other file, never is.
"""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Final

from twisted.internet import tcp, unix
from twisted.python.failure import Failure

from app.net.endpoint import LONGEST_PATH
from app.server.sockets.listen_errors import ProcessInfo, SocketFileError
from app.server.sockets.socket_info import Credentials, credentials_behind
from app.text.sentence import Sentence, system_reason

DEFAULT_MODE: Final = "666"
"""The file mode of a Unix socket whose endpoint has no mode. It is Twisted's default."""


def remove_stale_socket(path: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Remove the socket file at `path` if no program listens there any more.

    `kind` is that of the socket to bind there. Raises `SocketFileError` if anything else is at
    `path`.
    """
    try:
        mode = Path(path).lstat().st_mode
    except OSError:  # no file, or no permission: binding reports the latter
        return
    if not stat.S_ISSOCK(mode):
        what = (
            Sentence("a-folder", "a folder")
            if stat.S_ISDIR(mode)
            else Sentence("no-socket", "a file that is no socket")
        )
        raise SocketFileError(
            "path-not-socket", "{path} is {what}. Choose another path.", path=path, what=what
        )
    with socket.socket(socket.AF_UNIX, kind) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            _remove(path)
            return
        except BlockingIOError:  # the backlog there is full
            owner = None
        except OSError:  # no permission, or a socket of the other kind
            raise SocketFileError(
                "path-foreign-socket",
                "{path} is a socket of somebody else's. Choose another path.",
                path=path,
            ) from None
        else:
            owner = credentials_behind(probe)
    raise SocketFileError(
        "path-in-use",
        "{path} is in use by {owner}. Stop it, or choose another path.",
        path=path,
        owner=_describe_owner(owner),
    )


class SocketFile(unix.Port):
    """A port that removes its file when it closes, but not a file that has replaced it."""

    _identity: tuple[int, int] | None = None

    def startListening(self) -> None:
        super().startListening()
        self._identity = identity_of(self._bindPath)

    def connectionLost(self, reason: Failure | None) -> None:
        if self._identity is not None and identity_of(self._bindPath) == self._identity:
            super().connectionLost(reason)
            return
        # Twisted would fail to remove the missing file, and leave the socket open.
        if self.lockFile is not None:
            self.lockFile.unlock()
        tcp.Port.connectionLost(self, reason)


def check_folder(path: str) -> None:
    """Raise `SocketFileError` if no socket can be made at `path`."""
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise SocketFileError(
            "socket-path-too-long",
            "The path of the socket is {count} bytes long, and the system takes "
            "{longest_path} at most: {path}. Choose a shorter one.",
            count=len(os.fsencode(path)),
            longest_path=LONGEST_PATH,
            path=path,
        )
    folder = Path(path).parent
    if not folder.is_dir():
        raise SocketFileError(
            "socket-folder-missing",
            "There is no folder {folder}. Make it, or choose another path.",
            folder=folder,
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SocketFileError(
            "socket-folder-denied",
            "You may not make a socket in the folder {folder}. Choose another one.",
            folder=folder,
        )


def _remove(path: str) -> None:
    try:
        Path(path).unlink()
    except OSError as error:
        raise SocketFileError(
            "socket-file-stuck",
            "Nobody listens on {path} any more, but it cannot be removed ({reason}). Remove "
            "it, or choose another path.",
            path=path,
            reason=system_reason(error),
        ) from None


def identity_of(path: bytes) -> tuple[int, int] | None:
    """The device and the inode of the file at `path`; `None` if there is none."""
    try:
        found = Path(os.fsdecode(path)).lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _describe_owner(owner: Credentials | None) -> str:
    if owner is None or not owner.pid:
        return Sentence("another-program", "another program")
    if owner.pid == os.getpid():
        return Sentence("another-listener", "another listener of yours")
    import psutil  # imported late: only a path in use needs it

    try:
        return str(ProcessInfo(psutil.Process(owner.pid).name(), owner.pid))
    except psutil.Error:
        return Sentence("another-program-pid", "another program (pid {pid})", pid=owner.pid)
