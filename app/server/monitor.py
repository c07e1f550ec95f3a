"""Collects what happens on a deck until somebody looks: the window pulls, it is never pushed."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from attrs import Factory, define, frozen
from twisted.internet.interfaces import IAddress

from app.server.connections.closing import TlsFacts
from app.server.connections.connection import Connection, ConnectionOwner
from app.server.listener import Listener


@define
class ChangeBatch:
    """What happened between two looks. One connection may be in all three lists."""

    opened: list[Connection] = Factory(list)
    active: list[Connection] = Factory(list)
    closed: list[Connection] = Factory(list)
    listeners: set[Listener] = Factory(set)
    """Those whose state, reason, address or spec is another one."""
    factories: set[ConnectionOwner] = Factory(set)
    """Those that gained, lost or refused a connection."""


class Changes:
    """An observer that remembers, and calls `wake` once when there is something new to look at."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._batch = ChangeBatch()
        self._told = False

    def take(self) -> ChangeBatch:
        """All since the last call; from now on the next change wakes again."""
        batch, self._batch = self._batch, ChangeBatch()
        self._told = False
        return batch

    def listener_moved(self, listener: Listener) -> None:
        self._batch.listeners.add(listener)
        self._tell()

    def opened(self, connection: Connection) -> None:
        self._batch.opened.append(connection)
        self._batch.factories.add(connection.factory)
        self._tell()

    def active(self, connection: Connection) -> None:
        self._batch.active.append(connection)
        self._tell()

    def closed(self, connection: Connection) -> None:
        self._batch.closed.append(connection)
        self._batch.factories.add(connection.factory)
        self._tell()

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self._batch.factories.add(factory)
        self._tell()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._wake()


# MERGED server/history: The connections that are over: what is left of each, and the newest of them.
#
# A window keeps them for those who look a moment too late. What it keeps is plain values: the socket
# and the protocol of a connection go when it does.

MOST_KEPT: Final = 1_000


@frozen(eq=False)
class ClosedConnection:
    """A connection that is over. It reads like the `Connection` that it was."""

    number: int
    factory: ConnectionOwner
    peer: str
    peer_address: IAddress | None
    local: str
    opened_at: float
    active_at: float
    closed_at: float
    bytes_in: int
    bytes_out: int
    reason: str
    tls: TlsFacts | None

    connected: bool = False
    disconnecting: bool = True
    bytes_unsent: int = 0
    rate: float = 0.0

    @classmethod
    def of(cls, connection: Connection) -> ClosedConnection:
        """What is left of `connection`, which has just ended."""
        return cls(
            number=connection.number,
            factory=connection.factory,
            peer=connection.peer,
            peer_address=connection.peer_address,
            local=connection.local,
            opened_at=connection.opened_at,
            active_at=connection.active_at,
            closed_at=connection.closed_at,
            bytes_in=connection.bytes_in,
            bytes_out=connection.bytes_out,
            reason=connection.reason,
            tls=connection.tls,
        )


class ClosedConnections:
    """Keeps the `most` that ended last, in the order in which they did."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._ended: deque[ClosedConnection] = deque()

    def __len__(self) -> int:
        return len(self._ended)

    def __iter__(self) -> Iterator[ClosedConnection]:
        return iter(self._ended)

    def add(
        self, closed: Sequence[Connection]
    ) -> tuple[list[ClosedConnection], list[ClosedConnection]]:
        """Remember the newest of what closed. Gives what came, and what had to go for it."""
        came = [ClosedConnection.of(each) for each in closed[-self._most :]]
        self._ended.extend(came)
        went = [self._ended.popleft() for _ in range(len(self._ended) - self._most)]
        return came, went

    def clear(self) -> None:
        """Forget all of them."""
        self._ended.clear()


# MERGED server/rates: Bytes a second, made from counters when somebody looks. Costs what moves, not what is open.

SMOOTHING_SECONDS = 0.7
"""A rate follows a sudden change by two thirds within this time."""

HISTORY_STEP_SECONDS = 0.5
HISTORY_LENGTH = 40


class Rate:
    """One growing counter, and how fast it grows."""

    __slots__ = ("_total", "value")

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self.value = 0.0
        """Bytes a second; exactly 0.0 once nothing has moved for a while."""

    def sample(self, total: int, seconds: float) -> bool:
        """Take the counter's value, `seconds` after the last one. Whether the rate is not 0."""
        grown, self._total = total - self._total, total
        if grown < 0:  # a new start counts from nought
            grown = total
        self.value = _follow(self.value, grown, seconds)
        return self.value > 0


class ListenerRate:
    """The rates of one listener, and the recent past of their sum for a small graph."""

    def __init__(self) -> None:
        self.bytes_in = Rate()
        self.bytes_out = Rate()
        self.history: deque[float] = deque([0.0] * HISTORY_LENGTH, HISTORY_LENGTH)
        """Bytes a second in both directions, oldest first, one each `HISTORY_STEP_SECONDS`."""
        self._since_step = 0.0

    def sample(self, listener: Listener, seconds: float) -> bool:
        """Whether the graph still moves."""
        factory = listener.factory
        moving = self.bytes_in.sample(factory.bytes_in if factory else 0, seconds)
        moving |= self.bytes_out.sample(factory.bytes_out if factory else 0, seconds)
        self._since_step += seconds
        if self._since_step >= HISTORY_STEP_SECONDS:
            self._since_step = 0.0
            self.history.append(self.bytes_in.value + self.bytes_out.value)
        return moving or any(self.history)


class RateMeter:
    """The rates of a deck: of each connection that moves, of each listener, and of all together."""

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
        """The recent past of one listener, oldest first; see `ListenerRate.history`."""
        rate = self._listeners.get(listener)
        return rate.history if rate is not None else ()

    def sample(
        self, now: float, active: Iterable[Connection], listeners: Iterable[Listener]
    ) -> bool:
        """Look at the counters. `active`: what the observer named since the last look.

        Gives whether anything still moves: look again then, even if nothing more is told.
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
        for connection in active:
            self._moving.setdefault(connection, Rate(connection.sampled_bytes))
        for connection in list(self._moving):
            total = connection.bytes_in + connection.bytes_out
            moved = self._moving[connection].sample(total, seconds)
            connection.rate = self._moving[connection].value
            connection.sampled_bytes = total
            if not moved or not connection.connected:
                connection.rate = 0.0
                connection.rest()
                del self._moving[connection]


def _follow(rate: float, grown: int, seconds: float) -> float:
    weight = 1.0 - math.exp(-seconds / SMOOTHING_SECONDS)
    rate += (grown / seconds - rate) * weight
    return rate if grown or rate >= 1.0 else 0.0
