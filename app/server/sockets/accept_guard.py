"""Accept guards: a listening port pauses while the process is short of file descriptors.

If no descriptor is free, Twisted accepts and drops the waiting clients, or retries in a busy loop
if it cannot accept at all. A guarded port stops reading instead. The clients wait in the queue of
the system, and are accepted when other connections have closed. A few descriptors stay free, so
that a profile can still be saved and a file of user code can still be read.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.server.sockets.addresses import sockets_of
from app.text.sentence import Sentence, system_reason

try:
    import resource
except ImportError:  # Windows, where handles do not run out like this
    resource = None  # type: ignore[assignment]

RETRY_SECONDS = 0.25
"""The time between two checks for free descriptors."""

SPARE_DESCRIPTORS = 16
"""How many descriptors stay free for other work than connections."""

_SPARE_FRACTION = 8
"""If the limit is low, only one descriptor in so many stays free."""

_RESOURCE_ERRORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_FATAL_ERRORS = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)


class AcceptCallbacks(NamedTuple):
    """The callbacks of a guard. Calls come while the reactor reads from the port."""

    on_pause: Callable[[str], None]
    """The port accepts no peers for now. Takes the reason, as text."""

    on_resume: Callable[[], None]
    """The port accepts peers again."""

    on_error: Callable[[str], None]
    """The socket cannot be used any more. Takes the reason, as text."""


class AcceptGuard:
    """Replaces the `socket` of a Twisted port, and accepts only while descriptors are free."""

    def __init__(self, port: Any, clock: IReactorTime, callbacks: AcceptCallbacks) -> None:
        """`port` is bound and is reading. Its `socket` is set to this guard."""
        self._port = port
        self._clock = clock
        self._callbacks = callbacks
        self._socket: socket.socket = port.socket
        self._descriptor_limit = _read_descriptor_limit()
        self._is_open = True
        self._timer: IDelayedCall | None = None
        port.socket = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept as a non-blocking socket does. Raises `BlockingIOError` while paused."""
        if not self._is_open:
            raise _would_block()
        try:
            accepted = self._socket.accept()
        except OSError as error:
            if error.errno in _RESOURCE_ERRORS:
                self._pause(_shortage(error.errno))
            elif error.errno in _FATAL_ERRORS:
                self._stop_accepting()
                self._callbacks.on_error(system_reason(error))
            else:
                raise
            raise _would_block() from error
        if accepted[0].fileno() >= self._descriptor_limit:
            self._pause(_shortage(errno.EMFILE))
        return accepted

    def retry(self) -> None:
        """Resume if a descriptor is free, and check again later otherwise."""
        self._descriptor_limit = _read_descriptor_limit()
        if _lowest_free_descriptor() < self._descriptor_limit:
            self._is_open = True
            self._port.startReading()
            self._callbacks.on_resume()
        else:
            self._timer = self._clock.callLater(RETRY_SECONDS, self.retry)

    def stop(self) -> None:
        """Stop the guard, as the port is about to be closed."""
        self._is_open = False
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _pause(self, reason: str) -> None:
        self._stop_accepting()
        self._timer = self._clock.callLater(RETRY_SECONDS, self.retry)
        self._callbacks.on_pause(reason)

    def _stop_accepting(self) -> None:
        self._is_open = False
        self._port.stopReading()


def guard_all(
    port: Any, clock: IReactorTime, callbacks: AcceptCallbacks
) -> tuple[AcceptGuard, ...]:
    """Guard each socket of `port`.

    `on_pause` is called when the first of them pauses, `on_resume` when none is paused any more.
    """
    combined = _combine(callbacks)
    guards = (guard(each, clock, combined) for each in sockets_of(port))
    return tuple(each for each in guards if each is not None)


def _combine(callbacks: AcceptCallbacks) -> AcceptCallbacks:
    """Callbacks for several guards, which call `callbacks` as if there were only one."""
    paused = 0

    def on_pause(reason: str) -> None:
        nonlocal paused
        paused += 1
        if paused == 1:
            callbacks.on_pause(reason)

    def on_resume() -> None:
        nonlocal paused
        paused -= 1
        if paused == 0:
            callbacks.on_resume()

    return AcceptCallbacks(on_pause, on_resume, callbacks.on_error)


def guard(port: Any, clock: IReactorTime, callbacks: AcceptCallbacks) -> AcceptGuard | None:
    """Guard one port. `None` if it does not accept from a socket, as a plugin's port may not."""
    if isinstance(getattr(port, "socket", None), socket.socket) and hasattr(port, "sessionno"):
        return AcceptGuard(port, clock, callbacks)
    return None


def _would_block() -> BlockingIOError:
    return BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _shortage(number: int) -> str:
    if number == errno.EMFILE and resource is not None:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return Sentence(
            "descriptors-exhausted",
            "the process may open only {limit:,} files; goes on when clients leave",
            limit=limit,
        )
    return Sentence(
        "sockets-short",
        "the system is short of sockets ({reason}); goes on when it has some",
        reason=system_reason(os.strerror(number)),
    )


def _read_descriptor_limit() -> int:
    """The lowest descriptor number that must stay free."""
    if resource is None:
        return sys.maxsize
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    return limit - min(SPARE_DESCRIPTORS, limit // _SPARE_FRACTION)


def _lowest_free_descriptor() -> int:
    try:
        descriptor = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return sys.maxsize
    os.close(descriptor)
    return descriptor
