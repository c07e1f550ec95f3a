"""Ends connections on which nothing crosses for too long, with one timer for all of them.

That is the time-out which a listener may have, and a bound for connections that are to close and
whose peer does not let them: they would hold a place for ever.

A connection notes anyway when a byte crossed it last, so a chunk costs nothing more. That the peer
goes on taking what was written long ago is seen only by asking, which is done once that seems too
long ago: where something waits, the first answer is what the second is compared with, and a peer
that takes nothing is found out in up to twice its time. The timer is set for the first connection
that can be due, and looks at all of them then; there is none while nobody can be due.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, KeysView
from math import inf
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IProtocolFactory, IReactorTime
from twisted.internet.protocol import Factory
from twisted.protocols.policies import WrappingFactory

from app.profile import ListenerSpec
from app.server.connections.closing import (
    TOO_MANY_CONNECTIONS,
    TOO_MANY_OF_YOURS,
    ReasonCounter,
    RefusalProtocol,
    describe_error,
)
from app.server.connections.connection import Connection, ConnectionObserver
from app.traffic.connection_info import Tap

SHARPNESS = 1 / 20
"""How late a time-out may be, as a part of itself, but for `GRACE_SECONDS` at most: the
connections are not looked at more often."""

GRACE_SECONDS = 1.0
"""How long a connection may take to close once it was closed for being idle."""

CLOSING_SECONDS = 30
"""For how long nothing may cross one that is to close for any other reason."""


class IdleCheck(Protocol):
    """Ends what is idle, in one way or another."""

    def look(self) -> None:
        """There is one more connection, or another time-out."""

    def look_at_closing(self) -> None:
        """There is one more that is to close."""

    def rest(self) -> None:
        """Nobody is connected."""


class IdleTimeout:
    """Watches the connections of one factory."""

    def __init__(self, factory: ListenerFactory) -> None:
        self._factory = factory
        self._timer: IDelayedCall | None = None
        self._seconds = 0

    def look(self) -> None:
        """There is one more connection, or another time-out."""
        seconds = self._factory.spec.idle_timeout
        if seconds != self._seconds:
            self._seconds = seconds
            self.rest()
            self._sweep()
        elif seconds:
            self._sweep_in(seconds)

    def look_at_closing(self) -> None:
        """There is one more that is to close."""
        self._sweep_in(self._closing_patience)

    def rest(self) -> None:
        """Nobody is connected."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    @property
    def _closing_patience(self) -> int:
        return min(self._seconds or CLOSING_SECONDS, CLOSING_SECONDS)

    def _patience(self, connection: Connection) -> float:
        """For how many seconds nothing may cross `connection`; 0 for any number."""
        if connection.timed_out:
            return GRACE_SECONDS
        return self._closing_patience if connection.awaits_peer else self._seconds

    def _sweep_in(self, seconds: float) -> None:
        clock = self._factory.clock
        if self._timer is None:
            self._timer = clock.callLater(seconds, self._sweep)
        elif self._timer.getTime() > clock.seconds() + seconds:
            self._timer.reset(seconds)

    def _sweep(self) -> None:
        self._timer = None
        now, first = self._factory.seconds(), inf
        for connection in list(self._factory.connections):
            if patience := self._patience(connection):
                due = max(connection.active_at, connection.waits_since) + patience
                if due <= now:
                    self._ask(connection, now, patience)
                    due = now + self._patience(connection)
                first = min(first, due)
        if first < inf and self._factory.connections:  # some closed at once maybe
            sharpness = min(self._closing_patience * SHARPNESS, GRACE_SECONDS)
            self._sweep_in(max(first - now, sharpness))

    def _ask(self, connection: Connection, now: float, patience: float) -> None:
        if connection.peer_takes():
            connection.waits_since = now
        else:
            connection.time_out(patience)


# MERGED server/factory: What the connections of one listener share: who is connected, how many may be, the totals.

log = logging.getLogger(__name__)

TOO_MANY = "too many connections"
TOO_MANY_OF_ONE = "too many connections from one address"


class ListenerFactory(WrappingFactory[Connection]):
    """Wraps the factory of a protocol and keeps its live connections.

    Invariants: `connections` holds exactly the accepted peers that are not lost yet and never more
    than the spec allows; every total counts since this factory was made.
    """

    noisy = False

    def __init__(
        self,
        wrapped: IProtocolFactory,
        *,
        spec: ListenerSpec,
        clock: IReactorTime,
        observer: ConnectionObserver,
        numbers: Iterator[int],
        tap: Tap | None = None,
    ) -> None:
        """`numbers` gives each connection its own."""
        super().__init__(wrapped)
        self.spec = spec
        """The listener's; see `change`."""
        self.clock = clock
        self.seconds = clock.seconds
        self.observer = observer
        self.tap = tap if spec.traffic else None
        self._tap = tap
        self.accepted = 0
        self.refusals = ReasonCounter()
        """The peers that were turned away, by reason."""
        self.cut = ReasonCounter()
        """The connections that a limit has ended, by the limit."""
        self.bytes_in = 0
        self.bytes_out = 0
        self.unbound: Callable[[], None] | None = None
        """Called when no socket is left that peers could come by."""
        self._numbers = numbers
        self._count_of: Counter[str] = Counter()
        self._host_of: dict[Connection, str] = {}
        """Where each was counted: an address is another one once a PROXY header is read."""
        self._idling: IdleCheck = IdleTimeout(self)
        self._live_of: Counter[IProtocolFactory] = Counter()
        self._emptied: list[Deferred[None]] = []

    @property
    def connections(self) -> KeysView[Connection]:
        """The live ones, oldest first. A live view: copy it before closing what is in it."""
        return self.protocols.keys()

    @property
    def refused(self) -> int:
        """How many peers were turned away."""
        return self.refusals.total

    def change(self, spec: ListenerSpec) -> None:
        """Take the listener's new spec: its name, its limits and its tap count at once."""
        self.spec = spec
        self.tap = self._tap if spec.traffic else None
        self._idling.look()

    def admit(self, anybody: bool) -> bool:
        """Let in who is new, or nobody. False if that is up to the listening socket instead, which
        can be closed while those who are connected go on."""
        return False

    def closes(self) -> None:
        """One more of the connections is to close, and waits for its peer to let it."""
        self._idling.look_at_closing()

    def emptied(self) -> Deferred[None]:
        """Fires with `None` as soon as no connection is left; at once if there is none."""
        done: Deferred[None] = Deferred()
        self._emptied.append(done)
        self._tell_if_empty()
        return done

    # A refused peer gets a protocol that is no connection, which the base class cannot say.
    def buildProtocol(self, addr: IAddress | None) -> Any:
        if len(self.protocols) >= self.spec.max_connections:
            self._refuse(addr, TOO_MANY)
            return RefusalProtocol(TOO_MANY_CONNECTIONS, self.clock)
        if self._are_enough_of(_host(addr)):
            self._refuse(addr, TOO_MANY_OF_ONE)
            return RefusalProtocol(TOO_MANY_OF_YOURS, self.clock)
        try:
            protocol = self.wrappedFactory.buildProtocol(addr)
        except (Exception, SystemExit) as error:
            log.exception("%s: the protocol could not be made.", self.spec.name)
            self._refuse(addr, describe_error(error))
            return None
        if protocol is None:
            self._refuse(addr, "refused by the protocol's factory")
            return None
        return Connection(self, protocol, next(self._numbers))

    def replace(self, wrapped: IProtocolFactory) -> None:
        """Let `wrapped` make the protocols from the next peer on.

        The connections that are there keep theirs, and the factory before is stopped once the last
        of them is gone. Raises what starting `wrapped` raises; then nothing is replaced.
        """
        if self.numPorts:
            wrapped.doStart()
        before, self.wrappedFactory = self.wrappedFactory, wrapped
        self._let_go_if_unused(before)

    def doStop(self) -> None:
        was_bound = self.numPorts
        super().doStop()
        if was_bound and not self.numPorts and self.unbound is not None:
            self.unbound()

    def let_go(self) -> None:
        """Forget the factory of the protocols, now that nobody is served; the totals stay."""
        self.wrappedFactory = Factory()
        self._live_of.clear()

    def registerProtocol(self, p: Connection) -> None:
        self.accepted += 1
        self.protocols[p] = self.wrappedFactory
        self._live_of[self.wrappedFactory] += 1
        host = _host(p.peer_address)
        if host:
            self._host_of[p] = host
            self._count_of[host] += 1
        self._idling.look()
        self.observer.opened(p)

    def unregisterProtocol(self, p: Connection) -> None:
        maker = self.protocols.pop(p)
        self._live_of[maker] -= 1
        self._forget_host_of(p)
        self.observer.closed(p)
        if maker is not self.wrappedFactory:
            self._let_go_if_unused(maker)
        self._tell_if_empty()

    def _refuse(self, peer: IAddress | None, reason: str) -> None:
        self.refusals.add(reason)
        self.observer.refused(self, peer, reason)

    def _are_enough_of(self, host: str) -> bool:
        limit = self.spec.max_connections_per_address
        return bool(limit and host and self._count_of[host] >= limit)

    def _forget_host_of(self, p: Connection) -> None:
        host = self._host_of.pop(p, "")
        if self._count_of[host] > 1:
            self._count_of[host] -= 1
        else:
            del self._count_of[host]

    def _let_go_if_unused(self, replaced: IProtocolFactory) -> None:
        if not self._live_of[replaced]:
            del self._live_of[replaced]
            replaced.doStop()

    def _tell_if_empty(self) -> None:
        if not self.protocols:
            self._idling.rest()
            waiting, self._emptied = self._emptied, []
            for done in waiting:
                done.callback(None)


def _host(address: IAddress | None) -> str:
    """The address without its port; nothing for a peer that has none, on a Unix socket."""
    return getattr(address, "host", None) or ""


# MERGED server/farewell: How the peers of a listener are sent away when it stops.

STOP_GRACE_SECONDS = 1.5
"""How long they have to go before they are reset."""


async def close_all(factory: ListenerFactory, clock: IReactorTime) -> None:
    """Close every connection of `factory`, gently at first. Done when the last one is gone."""

    def abort_all() -> None:
        for connection in list(factory.connections):
            connection.abortConnection()

    gone = factory.emptied()
    for connection in list(factory.connections):
        connection.loseConnection()
    impatience = clock.callLater(STOP_GRACE_SECONDS, abort_all)
    await gone
    if impatience.active():
        impatience.cancel()
