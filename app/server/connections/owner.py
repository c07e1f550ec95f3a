"""What a connection needs of its listener's factory, and whom it tells what happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.tcp import Port

from app.faults.listener import ListenerFaults
from app.profile import ListenerSpec
from app.server.connections.closing import ReasonCounter
from app.traffic.connection_info import Tap


class ConnectionObserver(Protocol):
    """The one object that is told about connections. Calls come on the reactor's thread.

    A call costs 0.2 µs, so events are neither queued nor filtered here. Bytes are not reported. A
    connection reports once that it became active, and the observer then reads its counters.
    """

    # `Any`, as `Connection` imports this module.

    def opened(self, connection: Any) -> None:
        """A peer was accepted."""

    def active(self, connection: Any) -> None:
        """The first bytes were received or sent since `Connection.mark_quiet` was called."""

    def forwarded(self, connection: Any) -> None:
        """The connection to its target is open: `Connection.target` has the facts."""

    def closed(self, connection: Any) -> None:
        """The connection is closed. Its counters and its `reason` are final."""

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        """A peer was refused. `reason` is a few words."""


class ConnectionOwner(Protocol):
    """The part of `ListenerFactory` that a connection uses."""

    spec: ListenerSpec
    clock: IReactorTime
    tap: Tap | None
    observer: ConnectionObserver
    numbers: Iterator[int]
    faults: ListenerFaults
    bytes_in: int
    bytes_out: int
    closed_by_limit: ReasonCounter
    code_errors: ReasonCounter

    local_addresses: dict[Port, str]
    """The address of each listening port as text, to which all of its connections come. Empty for
    one that is bound to all addresses of the machine."""

    def seconds(self) -> float:
        """The current time by the reactor's clock; see `app.runtime.clocks`."""

    def unix_offset(self, now: float) -> float:
        """How far the time of day is ahead of that clock, which says `now`, in seconds."""

    def registerProtocol(self, p: Any) -> None:
        """The connection is open."""

    def unregisterProtocol(self, p: Any) -> None:
        """The connection is closed."""

    def on_closing(self) -> None:
        """A connection begins to close and waits for its peer."""
