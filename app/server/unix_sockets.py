"""Listens on a Unix socket.

A socket file outlives a program that was killed. Such a one is removed; one on which somebody
listens is not, nor anything else that lies at the path.
"""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

from twisted.internet import tcp, unix
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.python.failure import Failure

from app.endpoint import LONGEST_PATH, Endpoint
from app.server.peer_credentials import Credentials, credentials_behind
from app.server.ports import Holder, SocketFileError

_EVERYBODY = "666"
"""The mode of a socket whose endpoint has none, as Twisted has it."""


def listen_unix(
    reactor: Any, endpoint: Endpoint, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    """Listen on the path of `endpoint`, which is absolute.

    Raises `SocketFileError`, or what Twisted raises.
    """
    path = endpoint.value("address") or ""
    _check_folder(path)
    has_lock = endpoint.value("lockfile") == "1"
    if not has_lock:
        make_way(path)
    port = SocketFile(
        os.fsencode(path),
        factory,
        int(endpoint.value("backlog") or backlog),
        int(endpoint.value("mode") or _EVERYBODY, 8),
        reactor,
        has_lock,
    )
    port.startListening()
    return port


def make_way(path: str) -> None:
    """Remove what a listener on `path` left behind. Raises `SocketFileError` for all else."""
    try:
        mode = Path(path).lstat().st_mode
    except OSError:  # nothing is there, and if it cannot be seen, binding tells why
        return
    if not stat.S_ISSOCK(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a file that is no socket"
        raise SocketFileError(f"{path} is {what}. Choose another path.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            _remove(path)
            return
        except BlockingIOError:  # so many wait there that no more fit
            holder = None
        except OSError:  # it belongs to others, or is of another kind
            raise SocketFileError(
                f"{path} is a socket of somebody else's. Choose another path."
            ) from None
        else:
            holder = credentials_behind(probe)
    raise SocketFileError(
        f"{path} is in use by {_name_of(holder)}. Stop it, or choose another path."
    )


class SocketFile(unix.Port):
    """A port that removes its own file when it closes, and no file that took its place."""

    _identity: tuple[int, int] | None = None

    def startListening(self) -> None:
        super().startListening()
        self._identity = _identity_of(self._bindPath)

    def connectionLost(self, reason: Failure | None) -> None:
        if self._identity is not None and _identity_of(self._bindPath) == self._identity:
            super().connectionLost(reason)
            return
        # Twisted would fail to remove what is gone, and leave the socket open.
        if self.lockFile is not None:
            self.lockFile.unlock()
        tcp.Port.connectionLost(self, reason)


def _check_folder(path: str) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise SocketFileError(
            f"The path of the socket is {len(os.fsencode(path))} bytes long, and the system takes "
            f"{LONGEST_PATH} at most: {path}. Choose a shorter one."
        )
    folder = Path(path).parent
    if not folder.is_dir():
        raise SocketFileError(f"There is no folder {folder}. Make it, or choose another path.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SocketFileError(
            f"You may not make a socket in the folder {folder}. Choose another one."
        )


def _remove(path: str) -> None:
    try:
        Path(path).unlink()
    except OSError as error:
        raise SocketFileError(
            f"Nobody listens on {path} any more, but it cannot be removed "
            f"({error.strerror}). Remove it, or choose another path."
        ) from None


def _identity_of(path: bytes) -> tuple[int, int] | None:
    try:
        found = Path(os.fsdecode(path)).lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _name_of(holder: Credentials | None) -> str:
    if holder is None or not holder.pid:
        return "another program"
    if holder.pid == os.getpid():
        return "another listener of yours"
    import psutil  # only a path that is taken needs it

    try:
        return str(Holder(psutil.Process(holder.pid).name(), holder.pid))
    except psutil.Error:
        return f"another program (pid {holder.pid})"
