"""The place where peers come in: closed for a while when the process runs out of descriptors.

Twisted answers a full table of descriptors by accepting and dropping whoever waits, or, where it
cannot even do that, by trying again and again for nothing. Here the port stops reading instead: the
clients wait in the system's queue, and are let in once others have gone. A few descriptors are left
free, so that a profile can still be saved and a file of the user's own still be read.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.server.sockets.addresses import sockets_of

try:
    import resource
except ImportError:  # Windows, where handles do not run out like this
    resource = None  # type: ignore[assignment]

RETRY_SECONDS = 0.25
"""How soon after somebody has gone the next one is let in, at most."""

SPARE_DESCRIPTORS = 16
"""How many descriptors are left for other work than connections."""

_SPARE_PART = 8
"""Of few descriptors only this part is left: one in so many."""

_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_DEADLY = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)


@frozen
class AcceptCallbacks:
    """Who is told what happens at an entrance. Calls come from inside the reactor's reading."""

    closed: Callable[[str], None]
    """Nobody is let in for now, for a reason in words."""

    opened: Callable[[], None]
    """Whoever waits is let in again."""

    broken: Callable[[str], None]
    """The socket is of no use any more, for a reason in words."""


class AcceptGuard:
    """Stands in for the listening socket of a Twisted port, and decides who is accepted when."""

    def __init__(self, port: Any, clock: IReactorTime, keeper: AcceptCallbacks) -> None:
        """`port` is bound and keeps reading; from now on its `socket` is this one."""
        self._port = port
        self._clock = clock
        self._keeper = keeper
        self._socket: socket.socket = port.socket
        self._bound = _descriptor_bound()
        self._is_open = True
        self._timer: IDelayedCall | None = None
        port.socket = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def accept(self) -> tuple[socket.socket, Any]:
        """As a socket that never blocks. Raises `BlockingIOError` while nobody is let in."""
        if not self._is_open:
            raise _nobody()
        try:
            accepted = self._socket.accept()
        except OSError as error:
            if error.errno in _SHORTAGES:
                self._wait(_shortage(error.errno))
            elif error.errno in _DEADLY:
                self._shut()
                self._keeper.broken(error.strerror or str(error))
            else:
                raise
            raise _nobody() from error
        if accepted[0].fileno() >= self._bound:
            self._wait(_shortage(errno.EMFILE))
        return accepted

    def retry(self) -> None:
        """Let in who waits if there is room again; if not, look again a little later."""
        self._bound = _descriptor_bound()
        if _lowest_free_descriptor() < self._bound:
            self._is_open = True
            self._port.startReading()
            self._keeper.opened()
        else:
            self._timer = self._clock.callLater(RETRY_SECONDS, self.retry)

    def let_go(self) -> None:
        """The port is about to be closed: watch nothing more."""
        self._is_open = False
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _wait(self, reason: str) -> None:
        self._shut()
        self._timer = self._clock.callLater(RETRY_SECONDS, self.retry)
        self._keeper.closed(reason)

    def _shut(self) -> None:
        self._is_open = False
        self._port.stopReading()


def guard_all(port: Any, clock: IReactorTime, keeper: AcceptCallbacks) -> tuple[AcceptGuard, ...]:
    """The entrances of `port`, which may have several sockets.

    It is told closed when one of them is, and opened when all are open again.
    """
    shared = _shared(keeper)
    guarded = (guard(each, clock, shared) for each in sockets_of(port))
    return tuple(each for each in guarded if each is not None)


def _shared(keeper: AcceptCallbacks) -> AcceptCallbacks:
    """What several entrances are given, so that `keeper` is told of them as of one."""
    shut = 0

    def closed(reason: str) -> None:
        nonlocal shut
        shut += 1
        if shut == 1:
            keeper.closed(reason)

    def opened() -> None:
        nonlocal shut
        shut -= 1
        if shut == 0:
            keeper.opened()

    return AcceptCallbacks(closed, opened, keeper.broken)


def guard(port: Any, clock: IReactorTime, keeper: AcceptCallbacks) -> AcceptGuard | None:
    """The entrance of `port`; `None` if peers come to it in no way that could be guarded."""
    if isinstance(getattr(port, "socket", None), socket.socket) and hasattr(port, "sessionno"):
        return AcceptGuard(port, clock, keeper)
    return None


def _nobody() -> BlockingIOError:
    return BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _shortage(number: int) -> str:
    if number == errno.EMFILE and resource is not None:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return f"the process may open only {limit:,} files; goes on when clients leave"
    return f"the system is short of sockets ({os.strerror(number)}); goes on when it has some"


def _descriptor_bound() -> int:
    """The least descriptor that is to stay free."""
    if resource is None:
        return sys.maxsize
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    return limit - min(SPARE_DESCRIPTORS, limit // _SPARE_PART)


def _lowest_free_descriptor() -> int:
    try:
        descriptor = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return sys.maxsize
    os.close(descriptor)
    return descriptor
