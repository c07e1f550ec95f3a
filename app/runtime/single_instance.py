"""One window a profile: whoever opens a profile claims it, and a second one shows the first.

A claim is a lock on a small file in the user's own folder for state. The system lets go of it when
its process ends, however it ends, so none is ever stale. In the file stands a socket on which the
claimant can be asked to come to the front.
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
"""Bytes that the path of a Unix socket may have everywhere."""

_ANSWER_SECONDS: Final = 3.0
_SHOWN: Final = b"shown"


def default_folder() -> Path:
    """Where the claims of this user lie, whatever desktop or terminal a window is opened from."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "windows"


class ProfileLock:
    """The right of one process to have a window on a profile.

    Profiles are the same if their paths lead to the same file, over links or not. Other users have
    claims of their own. Where there are no such locks, as on Windows, each claim is granted.
    """

    def __init__(self, profile: Path, folder: Path | None = None) -> None:
        name = hashlib.sha256(os.fsencode(os.path.realpath(profile))).hexdigest()[:32]
        self._path = (folder or default_folder()) / f"{name}.lock"
        self._descriptor: int | None = None
        self._address: Path | None = None

    def take(self) -> bool:
        """Whether the profile is this process's now, until it ends or calls `release`.

        A folder that cannot be written to costs the claim, not the window.
        """
        try:
            self._descriptor = _lock(self._path)
        except BlockingIOError:
            return False
        except OSError as error:
            log.warning("A second window on this profile would not be noticed: %s", error)
            return True
        self._remove(_written(self._path))  # what a process left that was killed
        return True

    def listen(self, reactor: Any, show: Callable[[str], object]) -> None:
        """Have `show` called when another process asks for the window.

        It is given what that process was started with to be allowed to come to the front: an
        activation token of the desktop, or nothing.
        """
        if self._descriptor is None:
            return
        factory = Factory.forProtocol(lambda: _Answering(show))
        factory.noisy = False
        try:
            self._address = self._free_address()
            # The name goes first: however this process ends, the next one knows what to remove.
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, os.fsencode(self._address), 0)
            reactor.listenUNIX(str(self._address), factory, mode=0o600)
        except (OSError, CannotListenError) as error:
            log.warning("A second start could not bring up this window: %s", error)
            self._remove(self._address)
            self._address = None

    def ask_to_show(self, token: str = "") -> bool:
        """Ask whoever has the claim to come to the front. Whether it answered that it does."""
        address = _written(self._path)
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
        """Let others have the profile. Call it when the window is gone."""
        if self._descriptor is None:
            return
        self._remove(self._address)
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = self._address = None

    def _free_address(self) -> Path:
        """A path for a socket that nobody else can get at. Raises `OSError`."""
        address = self._path.with_suffix(".socket")
        if _is_short(address):
            address.unlink(missing_ok=True)  # left by nobody who is alive: the lock is ours
            return address
        address = Path(tempfile.mkdtemp(prefix="portdeck-"), "socket")
        if _is_short(address):
            return address
        address.parent.rmdir()
        return Path(tempfile.mkdtemp(prefix="portdeck-", dir="/tmp"), "socket")

    def _remove(self, address: Path | None) -> None:
        """Remove a socket, and the folder that was made for it, as far as they are there."""
        if address is None:
            return
        with suppress(OSError):
            address.unlink()
        if address.parent != self._path.parent:
            with suppress(OSError):
                address.parent.rmdir()


class _Answering(LineOnlyReceiver):
    """Takes one line, the token, and says that it is done."""

    MAX_LENGTH = 4096

    def __init__(self, show: Callable[[str], object]) -> None:
        self._show = show

    def lineReceived(self, line: bytes) -> None:
        assert self.transport is not None
        self._show(os.fsdecode(line))
        self.transport.write(_SHOWN)
        self.transport.loseConnection()


def _lock(path: Path) -> int | None:
    """The descriptor of the file at `path`, locked; None where there are no such locks.

    Raises `BlockingIOError` if another process has it, and `OSError` if the file cannot be made.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have removed the file just before letting go of it.
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _written(path: Path) -> Path | None:
    """The socket that the file at `path` names."""
    try:
        name = path.read_bytes()
    except OSError:
        return None
    return Path(os.fsdecode(name)) if name else None


def _is_short(address: Path) -> bool:
    return len(os.fsencode(address)) <= _LONGEST_ADDRESS
