"""The state of a deck for a window: changes, closed connections and byte rates.

`Changes` collects events, so that the window fetches them once per tick. `ClosedConnections` keeps
the newest closed connections, for users who look a moment too late. `RateMeter` computes bytes a
second from the counters.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from attrs import Factory, define
from twisted.internet.interfaces import IAddress

from app.forwarding.link import TargetLink
from app.server.connections.closing import TlsFacts
from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionOwner
from app.server.listener import Listener
from app.server.sockets.addresses import format_address

MOST_KEPT: Final = 1_000

SMOOTHING_SECONDS: Final = 0.7
"""The time in which a rate covers two thirds of a sudden change."""

HISTORY_STEP_SECONDS: Final = 0.5
HISTORY_LENGTH: Final = 40


@define
class ChangeBatch:
    """The events between two calls of `Changes.take`. A connection may be in several lists."""

    opened: list[Connection] = Factory(list)
    active: list[Connection] = Factory(list)
    forwarded: list[Connection] = Factory(list)
    """Those whose connection to a target was opened."""

    closed: list[Connection] = Factory(list)
    listeners: set[Listener] = Factory(set)
    """The listeners whose state, reason, address or spec changed."""
    factories: set[ConnectionOwner] = Factory(set)
    """The factories that opened, closed or refused a connection."""


class ConnectionTracker(Protocol):
    """Is told before the first chunk of a connection, and after its last one."""

    def opened(self, connection: Connection) -> None: ...
    def forwarded(self, connection: Connection) -> None: ...
    def closed(self, connection: Connection) -> None: ...


class Changes:
    """An observer that collects events. It calls `wake` for the first event after each `take`."""

    def __init__(self, wake: Callable[[], None], tracker: ConnectionTracker | None = None) -> None:
        """`tracker` is told of each connection at once, not at the next `take`."""
        self._wake = wake
        self._tracker = tracker
        self._batch = ChangeBatch()
        self._is_woken = False

    def take(self) -> ChangeBatch:
        """The events since the last call. The next event calls `wake` again."""
        batch, self._batch = self._batch, ChangeBatch()
        self._is_woken = False
        return batch

    def listener_changed(self, listener: Listener) -> None:
        self._batch.listeners.add(listener)
        self._wake_once()

    def opened(self, connection: Connection) -> None:
        if self._tracker is not None:
            self._tracker.opened(connection)
        self._batch.opened.append(connection)
        self._batch.factories.add(connection.factory)
        self._wake_once()

    def active(self, connection: Connection) -> None:
        self._batch.active.append(connection)
        self._wake_once()

    def forwarded(self, connection: Connection) -> None:
        if self._tracker is not None:
            self._tracker.forwarded(connection)
        self._batch.forwarded.append(connection)
        self._wake_once()

    def closed(self, connection: Connection) -> None:
        if self._tracker is not None:
            self._tracker.closed(connection)
        self._batch.closed.append(connection)
        self._batch.factories.add(connection.factory)
        self._wake_once()

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self._batch.factories.add(factory)
        self._wake_once()

    def _wake_once(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            self._wake()


@define(eq=False)  # to make a frozen one takes three times as long
class ClosedConnection:
    """The values of a closed connection, under the names that `Connection` has.

    They are plain values, so that the socket and the protocol can be freed.
    """

    number: int
    factory: ConnectionOwner
    process: str
    peer_address: IAddress | None
    local: str
    opened_at: float
    active_at: float
    closed_at: float
    bytes_in: int
    bytes_out: int
    reason: str
    tls: TlsFacts | None
    target: TargetLink | None
    warning: str

    connected: bool = False
    disconnecting: bool = True
    bytes_unsent: int = 0
    rate: float = 0.0

    @classmethod
    def of(cls, connection: Connection) -> ClosedConnection:
        """The values of `connection`, which has just closed."""
        return cls(
            connection.number,
            connection.factory,
            connection.process,
            connection.peer_address,
            connection.local,
            connection.opened_at,
            connection.active_at,
            connection.closed_at,
            connection.bytes_in,
            connection.bytes_out,
            connection.reason,
            connection.tls,
            connection.target,
            connection.warning,
        )

    @property
    def peer(self) -> str:
        """The peer as text; see `Connection`."""
        return self.process or format_address(self.peer_address)


class ClosedConnections:
    """Keeps the last `limit` closed connections, in the order in which they closed."""

    def __init__(self, limit: int = MOST_KEPT) -> None:
        self._limit = limit
        self._closed: deque[ClosedConnection] = deque()

    def __len__(self) -> int:
        return len(self._closed)

    def __iter__(self) -> Iterator[ClosedConnection]:
        return iter(self._closed)

    def add(
        self, closed: Sequence[Connection]
    ) -> tuple[list[ClosedConnection], list[ClosedConnection]]:
        """Add the newest of `closed`. Returns the added and the dropped connections."""
        added = [ClosedConnection.of(each) for each in closed[-self._limit :]]
        self._closed.extend(added)
        dropped = [self._closed.popleft() for _ in range(len(self._closed) - self._limit)]
        return added, dropped

    def clear(self) -> None:
        """Forget all of them."""
        self._closed.clear()


class Rate:
    """The smoothed growth of one counter."""

    __slots__ = ("_total", "value")

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self.value = 0.0
        """Bytes a second; exactly 0.0 after a while without bytes."""

    def sample(self, total: int, seconds: float, weight: float | None = None) -> bool:
        """Set the counter to `total`, `seconds` after the last sample. True if the rate is > 0.

        `weight` is that of these seconds, if the caller knows it.
        """
        grown, self._total = total - self._total, total
        if grown < 0:  # the listener was restarted, and its counter began at 0
            grown = total
        rate = self.value
        rate += (grown / seconds - rate) * (_weight(seconds) if weight is None else weight)
        self.value = rate if grown or rate >= 1.0 else 0.0
        return self.value > 0


class ListenerRate:
    """The rates of one listener, and the last values of their sum for a small graph."""

    def __init__(self) -> None:
        self.bytes_in = Rate()
        self.bytes_out = Rate()
        self.history: deque[float] = deque([0.0] * HISTORY_LENGTH, HISTORY_LENGTH)
        """Bytes a second in both directions, oldest first, one per `HISTORY_STEP_SECONDS`."""
        self._since_step = 0.0

    def sample(self, listener: Listener, seconds: float) -> bool:
        """Read the counters. Returns whether the graph is still changing."""
        factory = listener.factory
        moving = self.bytes_in.sample(factory.bytes_in if factory else 0, seconds)
        moving |= self.bytes_out.sample(factory.bytes_out if factory else 0, seconds)
        self._since_step += seconds
        if self._since_step >= HISTORY_STEP_SECONDS:
            self._since_step = 0.0
            self.history.append(self.bytes_in.value + self.bytes_out.value)
        return moving or any(self.history)


class RateMeter:
    """The rates of a deck: of each active connection, of each listener, and in total.

    The cost depends on the number of active connections, not on that of open ones.
    """

    def __init__(self) -> None:
        self.bytes_in = 0.0
        self.bytes_out = 0.0
        self._last: float | None = None
        self._moving: dict[Connection, Rate] = {}
        self._listeners: dict[Listener, ListenerRate] = {}

    @property
    def moving(self) -> Iterable[Connection]:
        """The connections whose rate changed at the last sample."""
        return self._moving.keys()

    def history(self, listener: Listener) -> Sequence[float]:
        """The last values of one listener, oldest first; see `ListenerRate.history`."""
        rate = self._listeners.get(listener)
        return rate.history if rate is not None else ()

    def sample(
        self, now: float, active: Iterable[Connection], listeners: Iterable[Listener]
    ) -> bool:
        """Read the counters at the time `now`, in seconds.

        `active` are the connections that became active since the last call. Returns whether any
        rate is not 0: then call it again, even if no event comes.
        """
        seconds = max(now - self._last, 1e-3) if self._last is not None else SMOOTHING_SECONDS
        self._last = now
        self._sample_connections(active, seconds)
        listeners = list(listeners)
        rates = {each: self._listeners.get(each) or ListenerRate() for each in listeners}
        self._listeners = rates
        moving = [rate.sample(listener, seconds) for listener, rate in rates.items()]
        self.bytes_in = sum(rate.bytes_in.value for rate in rates.values())
        self.bytes_out = sum(rate.bytes_out.value for rate in rates.values())
        if not any(moving) and not self._moving:
            self._last = None
            return False
        return True

    def _sample_connections(self, active: Iterable[Connection], seconds: float) -> None:
        moving = self._moving
        for connection in active:
            if connection.connected and connection not in moving:
                moving[connection] = Rate(connection.sampled_bytes)
        weight = _weight(seconds)
        quiet = []
        # A thousand may be active: while they are sampled, nothing else happens.
        for connection, rate in moving.items():
            total = connection.bytes_in + connection.bytes_out
            moved = rate.sample(total, seconds, weight)
            connection.rate = rate.value
            connection.sampled_bytes = total
            connection.follow_clock(connection.factory.seconds())
            if not moved or not connection.connected:
                quiet.append(connection)
        for connection in quiet:
            connection.rate = 0.0
            connection.mark_quiet()
            del moving[connection]


def _weight(seconds: float) -> float:
    """How much the last `seconds` count in a rate."""
    return 1.0 - math.exp(-seconds / SMOOTHING_SECONDS)
