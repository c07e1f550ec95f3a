"""Connections of one listener: who is connected, how many may be, for how long, and the totals.

`ListenerFactory` wraps the protocol factory of a listener. `close_all` closes its connections when
the listener stops. `IdleTimeout` closes connections that are idle, with one timer for all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, KeysView
from math import inf
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IProtocolFactory, IReactorTime
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Port
from twisted.protocols.policies import WrappingFactory

from app.faults.listener import ListenerFaults
from app.faults.spec import TlsProblem
from app.profile import ListenerSpec
from app.runtime.clocks import ClockOffset, use_unix_time
from app.server.connections.closing import (
    REFUSED_ADDRESS_FULL,
    REFUSED_LISTENER_FULL,
    ReasonCounter,
    RefusalProtocol,
    ResetProtocol,
    describe_error,
)
from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionObserver
from app.text.sentence import Sentence
from app.traffic.connection_info import Tap
from app.user_code.code import CoroutineWarnings

log = logging.getLogger(__name__)

LISTENER_FULL = Sentence("too-many-connections", "too many connections")
ADDRESS_FULL = Sentence(
    "too-many-connections-from-address", "too many connections from one address"
)
RESET_BY_FAULT = Sentence("reset-by-fault", "reset by a fault")

STOP_GRACE_SECONDS = 1.5
"""How long connections may take to close when the listener stops. Then they are reset."""

CLOSING_SECONDS = 30
"""How long a connection that is closing may be idle, if it has no shorter time-out."""

GRACE_SECONDS = 1.0
"""How long a connection may take to close after its idle time-out."""

TOLERANCE = 1 / 20
"""How late a time-out may be, as a part of its seconds. It is `GRACE_SECONDS` at most. The
connections are not checked more often than that."""


class ListenerFactory(WrappingFactory[Connection]):
    """Wraps the factory of a protocol and keeps its live connections.

    Invariants: `connections` holds exactly the accepted peers that are not lost yet. It never holds
    more than the spec allows. Every total counts from the creation of this factory.
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
        """`numbers` gives each connection its number."""
        super().__init__(wrapped)
        use_unix_time(wrapped)
        self.spec = spec
        """The spec of the listener; `change` replaces it."""
        self.clock = clock
        self.seconds = clock.seconds
        self.unix_offset = ClockOffset(clock)
        self.observer = observer
        self.tap = tap if spec.traffic else None
        self._tap = tap
        self.faults = ListenerFaults(clock)
        """The faults of the spec: whom they hit, and what they share."""
        self.faults.change(spec.faults, spec.seed)
        self.accepted = 0
        self.refusals = ReasonCounter()
        """The refused peers, counted by reason."""
        self.closed_by_limit = ReasonCounter()
        """The connections that a limit has closed, counted by limit."""
        self.code_errors = ReasonCounter()
        """The exceptions that the protocol raised."""
        self.bytes_in = 0
        self.bytes_out = 0
        self.on_unbound: Callable[[], None] | None = None
        """Called when the last listening socket is closed."""
        self.numbers = numbers
        self.local_addresses: dict[Port, str] = {}
        """The address of each listening port, as text; see `ConnectionOwner`."""
        self._count_of: dict[str, int] = {}
        """The number of live connections per host."""
        self._coroutine_warnings = CoroutineWarnings()
        self._idle_check: IdleCheck = IdleTimeout(self)
        self._replaced: dict[IProtocolFactory, int] = {}
        """How many connections of each protocol factory that was replaced are still open."""
        self._empty_waiters: list[Deferred[None]] = []

    @property
    def connections(self) -> KeysView[Connection]:
        """The live connections, oldest first. It is a view: copy it before you close some."""
        return self.protocols.keys()

    @property
    def refused(self) -> int:
        """How many peers were refused."""
        return self.refusals.total

    @property
    def service(self) -> object:
        """What serves the connections now: the protocol factory, or the protocol of UDP."""
        return self.wrappedFactory

    def change(self, spec: ListenerSpec) -> None:
        """Set a new spec. Its name, limits, faults and traffic switch take effect immediately."""
        self.spec = spec
        self.tap = self._tap if spec.traffic else None
        self._idle_check.schedule()
        if (spec.faults, spec.seed) != (self.faults.faults, self.faults.seed):
            self.faults.change(spec.faults, spec.seed)
            self._update_faults()

    def _update_faults(self) -> None:
        """Let the present faults act on the connections that are open."""
        for connection in list(self.connections):
            connection.update_faults()
            is_stalled = getattr(connection.transport, "is_stalled", False)
            if is_stalled and not self.faults.has_tls_problem(TlsProblem.STALLED):
                connection.transport.resume_handshake()

    def set_accepting(self, accepting: bool) -> bool:
        """Accept new peers, or refuse them. Returns whether the factory can do that.

        False for TCP and Unix sockets: close the listening socket instead. The connections stay.
        """
        return False

    def on_closing(self) -> None:
        """A connection begins to close and waits for its peer."""
        self._idle_check.schedule_closing()

    def when_empty(self) -> Deferred[None]:
        """Fires with `None` when no connection is left; immediately if there is none."""
        done: Deferred[None] = Deferred()
        self._empty_waiters.append(done)
        self._notify_if_empty()
        return done

    # `Any`, as a refused peer gets a `RefusalProtocol`, and the base class promises a `Connection`.
    def buildProtocol(self, addr: IAddress | None) -> Any:
        if len(self.protocols) >= self.spec.max_connections:
            self._refuse(addr, LISTENER_FULL)
            return RefusalProtocol(REFUSED_LISTENER_FULL, self.clock)
        host = _host(addr)
        if self._is_address_full(host):
            self._refuse(addr, ADDRESS_FULL)
            return RefusalProtocol(REFUSED_ADDRESS_FULL, self.clock)
        if self.faults.refuses():
            self._refuse(addr, RESET_BY_FAULT)
            return ResetProtocol()
        try:
            protocol = self.wrappedFactory.buildProtocol(addr)
        except (Exception, SystemExit) as error:
            log.exception("%s: the protocol could not be made.", self.spec.name)
            self.code_errors.add(describe_error(error))
            self._refuse(addr, describe_error(error))
            return None
        if protocol is None:
            self._refuse(addr, Sentence("refused-by-factory", "refused by the protocol's factory"))
            return None
        connection = Connection(self, protocol, next(self.numbers))
        connection.counted_host = host
        self._warn(connection, protocol)
        return connection

    def replace(self, wrapped: IProtocolFactory) -> None:
        """Use `wrapped` to build the protocols from the next peer on.

        Live connections keep their protocols. The old factory is stopped when the last of them is
        closed. Raises what starting `wrapped` raises; nothing is replaced then.
        """
        use_unix_time(wrapped)
        if self.numPorts:
            wrapped.doStart()
        before, self.wrappedFactory = self.wrappedFactory, wrapped
        self._replaced[before] = sum(each is before for each in self.protocols.values())
        self._stop_if_unused(before)

    def doStop(self) -> None:
        was_bound = self.numPorts
        super().doStop()
        if was_bound and not self.numPorts and self.on_unbound is not None:
            self.on_unbound()

    def release_protocols(self) -> None:
        """Drop the protocol factory when no connection is left. The totals stay."""
        self.wrappedFactory = Factory()
        self._replaced.clear()

    def registerProtocol(self, p: Connection) -> None:
        self.accepted += 1
        self.protocols[p] = self.wrappedFactory
        host = p.counted_host
        self._count_of[host] = self._count_of.get(host, 0) + 1
        self._idle_check.schedule()
        self.observer.opened(p)

    def unregisterProtocol(self, p: Connection) -> None:
        built_by = self.protocols.pop(p)
        host = p.counted_host
        if self._count_of[host] > 1:
            self._count_of[host] -= 1
        else:
            del self._count_of[host]
        self.observer.closed(p)
        if built_by in self._replaced:
            self._replaced[built_by] -= 1
            self._stop_if_unused(built_by)
        self._notify_if_empty()

    def _warn(self, connection: Connection, protocol: object) -> None:
        """Let `connection` and the log have a warning about the code of `protocol`, if it has a
        mistake that was not warned of before."""
        if warning := self._coroutine_warnings.about(protocol):
            connection.warning = warning
            log.warning("%s: %s", self.spec.name, warning)

    def _refuse(self, peer: IAddress | None, reason: str) -> None:
        self.refusals.add(reason)
        self.observer.refused(self, peer, reason)

    def _is_address_full(self, host: str) -> bool:
        limit = self.spec.max_connections_per_address
        return bool(limit and host and self._count_of.get(host, 0) >= limit)

    def _stop_if_unused(self, replaced: IProtocolFactory) -> None:
        if not self._replaced[replaced]:
            del self._replaced[replaced]
            replaced.doStop()

    def _notify_if_empty(self) -> None:
        if not self.protocols:
            self._idle_check.cancel()
            waiting, self._empty_waiters = self._empty_waiters, []
            for done in waiting:
                done.callback(None)


def _host(address: IAddress | None) -> str:
    """The address without its port; empty for a peer on a Unix socket, which has no address."""
    return getattr(address, "host", None) or ""


async def close_all(factory: ListenerFactory, clock: IReactorTime) -> None:
    """Close every connection of `factory`. Done when the last one is closed.

    A connection that is still open after `STOP_GRACE_SECONDS` is reset.
    """

    def abort_all() -> None:
        for connection in list(factory.connections):
            connection.abort()

    gone = factory.when_empty()
    for connection in list(factory.connections):
        connection.loseConnection()
    abort_timer = clock.callLater(STOP_GRACE_SECONDS, abort_all)
    await gone
    if abort_timer.active():
        abort_timer.cancel()


class IdleCheck(Protocol):
    """Closes idle connections: `IdleTimeout` for streams, `udp.factory.IdleExpiry` for UDP."""

    def schedule(self) -> None:
        """A connection was added, or the time-out has changed."""

    def schedule_closing(self) -> None:
        """A connection begins to close."""

    def cancel(self) -> None:
        """No connection is left."""


class IdleTimeout:
    """Closes idle connections of one factory, with one timer for all of them.

    It applies the idle time-out of the spec. It also bounds the time in which a connection may
    close, as a peer that does not cooperate would keep its slot forever.

    Each connection notes the time of its last byte anyway, so a chunk costs nothing more. We cannot
    see when the peer reads data that was written earlier; we must compare two checks of how much is
    still unsent. The first check is made when the time-out is over. So a peer that reads nothing is
    closed after at most twice the time-out.

    The timer is set for the first connection that can be due, and then checks all of them. There is
    no timer while no connection can be due.
    """

    def __init__(self, factory: ListenerFactory) -> None:
        self._factory = factory
        self._timer: IDelayedCall | None = None
        self._seconds = 0

    def schedule(self) -> None:
        """A connection was added, or the time-out has changed."""
        seconds = self._factory.spec.idle_timeout
        if seconds != self._seconds:
            self._seconds = seconds
            self.cancel()
            self._sweep()
        elif seconds:
            self._sweep_in(seconds)

    def schedule_closing(self) -> None:
        """A connection begins to close."""
        self._sweep_in(self._closing_timeout)

    def cancel(self) -> None:
        """No connection is left."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    @property
    def _closing_timeout(self) -> int:
        return min(self._seconds or CLOSING_SECONDS, CLOSING_SECONDS)

    def _timeout_of(self, connection: Connection) -> float:
        """How many seconds `connection` may be idle; 0 for no limit."""
        if connection.timed_out:
            return GRACE_SECONDS
        return self._closing_timeout if connection.awaits_peer else self._seconds

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
            if timeout := self._timeout_of(connection):
                due = max(connection.active_at, connection.progress_at) + timeout
                if due <= now:
                    self._check(connection, now, timeout)
                    due = now + self._timeout_of(connection)
                first = min(first, due)
        if first < inf and self._factory.connections:  # `_check` may have closed the last one
            tolerance = min(self._closing_timeout * TOLERANCE, GRACE_SECONDS)
            self._sweep_in(max(first - now, tolerance))

    def _check(self, connection: Connection, now: float, timeout: float) -> None:
        if connection.peer_progressed():
            connection.progress_at = now
        else:
            connection.time_out(timeout)
