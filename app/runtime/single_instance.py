"""One window for each profile: a second start brings the first window to the front.

The process with the window holds a lock on a small file in the user's state folder. The system
releases the lock when the process ends, so a lock is never stale. The file names a Unix socket, on
which a second process asks the first to come to the front.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import platformdirs
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

log = logging.getLogger(__name__)

_LONGEST_ADDRESS: Final = 100
"""Bytes that the path of a Unix socket may have on every platform."""

_ANSWER_SECONDS: Final = 3.0
_SHOWN: Final = b"shown"


def default_folder() -> Path:
    """The folder of the lock files of this user, on every desktop and terminal."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "windows"


class ProfileLock:
    """The lock on one profile: the process that holds it may open a window on it.

    Paths that lead to the same file over links are the same profile. Each user has separate locks.
    Where there is no `flock`, as on Windows, `take` always succeeds.
    """

    def __init__(self, profile: Path, folder: Path | None = None) -> None:
        name = hashlib.sha256(os.fsencode(os.path.realpath(profile))).hexdigest()[:32]
        self._path = (folder or default_folder()) / f"{name}.lock"
        self._descriptor: int | None = None
        self._address: Path | None = None

    def take(self) -> bool:
        """Take the lock until the process ends or calls `release`. False if another process has it.

        If the folder is not writable, a warning is logged, and the window opens without a lock.
        """
        try:
            self._descriptor = _lock(self._path)
        except BlockingIOError:
            return False
        except OSError as error:
            log.warning("A second window on this profile would not be noticed: %s", error)
            return True
        self._remove(_socket_named_in(self._path))  # left behind by a killed process
        return True

    def listen(self, reactor: Any, show: Callable[[str], object]) -> None:
        """Call `show` when another process asks for the window.

        `show` gets the desktop's activation token of that process, which permits a window to come
        to the front; empty if there is none.
        """
        if self._descriptor is None:
            return
        factory = Factory.forProtocol(lambda: _ShowRequest(show))
        factory.noisy = False
        try:
            self._address = self._free_address()
            # Write the name first: if this process is killed, the next one can remove the socket.
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, os.fsencode(self._address), 0)
            reactor.listenUNIX(str(self._address), factory, mode=0o600)
        except (OSError, CannotListenError) as error:
            log.warning("A second start could not bring up this window: %s", error)
            self._remove(self._address)
            self._address = None

    def ask_to_show(self, token: str = "") -> bool:
        """Ask the process with the lock to show its window. True if it answered that it did."""
        address = _socket_named_in(self._path)
        if address is None or sys.platform == "win32":
            return False
        try:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(_ANSWER_SECONDS)
                asking.connect(str(address))
                asking.sendall(os.fsencode(token) + b"\r\n")
                return asking.recv(len(_SHOWN)) == _SHOWN
        except OSError:
            return False

    def release(self) -> None:
        """Release the lock. Call it when the window is closed."""
        if self._descriptor is None:
            return
        self._remove(self._address)
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = self._address = None

    def _free_address(self) -> Path:
        """A path for a socket in a folder that only this user can access. Raises `OSError`."""
        address = self._path.with_suffix(".socket")
        if _fits_in_an_address(address):
            address.unlink(missing_ok=True)  # stale: this process holds the lock
            return address
        address = Path(tempfile.mkdtemp(prefix="portdeck-"), "socket")
        if _fits_in_an_address(address):
            return address
        address.parent.rmdir()
        return Path(tempfile.mkdtemp(prefix="portdeck-", dir="/tmp"), "socket")

    def _remove(self, address: Path | None) -> None:
        """Remove a socket and the folder that was made for it, if they exist."""
        if address is None:
            return
        with suppress(OSError):
            address.unlink()
        if address.parent != self._path.parent:
            with suppress(OSError):
                address.parent.rmdir()


class _ShowRequest(LineOnlyReceiver):
    """Receives one line, the token, and answers when the window is shown."""

    MAX_LENGTH = 4096

    def __init__(self, show: Callable[[str], object]) -> None:
        self._show = show

    def lineReceived(self, line: bytes) -> None:
        assert self.transport is not None
        self._show(os.fsdecode(line))
        self.transport.write(_SHOWN)
        self.transport.loseConnection()


def _lock(path: Path) -> int | None:
    """Create and lock the file at `path`; the descriptor, or `None` on Windows.

    Raises `BlockingIOError` if another process holds the lock, and `OSError` if the file cannot be
    created.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The last holder may have removed the file just before it released the lock.
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _socket_named_in(path: Path) -> Path | None:
    """The socket that the file at `path` names; `None` if it names none."""
    try:
        name = path.read_bytes()
    except OSError:
        return None
    return Path(os.fsdecode(name)) if name else None


def _fits_in_an_address(address: Path) -> bool:
    return len(os.fsencode(address)) <= _LONGEST_ADDRESS
