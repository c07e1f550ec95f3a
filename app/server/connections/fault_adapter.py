"""Faults of one connection: how they are set, and how they act on it.

`ConnectionWithFaults` is the part of a `Connection` that has faults. `FaultAdapter` is the
connection as the engine in `app.faults.connection` sees it. Without faults there is neither engine
nor adapter, and a connection tests one attribute for each chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import ITCPTransport
from twisted.python.failure import Failure

from app.faults.listener import Draws, ListenerFaults
from app.faults.spec import Fault, FaultLeg, armed, of_leg
from app.server.connections.backpressure import ConnectionWithBackpressure
from app.server.sockets.socket_info import queued_bytes
from app.text.sentence import Sentence, composed

if TYPE_CHECKING:  # imported late below, as most connections have no faults
    from app.faults.connection import ConnectionFaults

FAULT = Sentence("fault", "fault")
"""The limit by which a connection counts as closed if a fault has ended it."""


class ConnectionWithFaults(ConnectionWithBackpressure):
    """A connection that faults may act on.

    The methods `pass_…` do what happens without faults. While there are faults, the engine calls
    them, later or never. `Connection` implements those that raise `NotImplementedError`.
    """

    wrappedProtocol: Any

    faults: ConnectionFaults | None = None
    """The faults between it and its transport; `None` while it has none."""

    own_faults: tuple[Fault, ...] | None = None
    """The faults set for it alone; `None` while it has those of its listener."""

    draws: Draws | None = None
    """Decides which of the listener's faults hit it; `None` until the listener has any."""

    fault_reason = ""
    """Why the connection ends, if a fault of the TLS handshake ends it."""

    has_begun = False
    """Whether the protocol was told of the connection. A fault may delay that."""

    @property
    def bytes_unsent(self) -> int:
        is_lost = self.faults is not None and self.faults.is_lost
        return 0 if is_lost else super().bytes_unsent

    @property
    def held_bytes(self) -> int:
        """How many received or written bytes a fault holds back. The written ones are not in
        `bytes_out` yet."""
        return 0 if self.faults is None else self.faults.held_bytes

    @property
    def acting_faults(self) -> tuple[Fault, ...]:
        """The faults that disturb it: its own, or those of its listener that hit it.

        Of its connection to a target, those that can hit.
        """
        if self.own_faults is not None:
            return tuple(each for each in self.own_faults if each.enabled)
        if not self.factory.faults.is_armed:
            return ()
        listed, hitting = armed(self.factory.faults.faults), self.chosen_faults()
        return tuple(each for each in listed if each in hitting or each.leg is FaultLeg.TARGET)

    def peer_progressed(self) -> bool:
        is_lost = self.faults is not None and self.faults.is_lost
        return not is_lost and super().peer_progressed()

    def set_faults(self, faults: tuple[Fault, ...] | None) -> None:
        """Let `faults` act on this connection alone; with `None` those of its listener act again.

        They act immediately. The bytes that a removed fault holds pass on.
        """
        self.own_faults = faults
        self.update_faults()

    def update_faults(self) -> None:
        """Act out the present faults, also on a connection that is in use."""
        if self.target is not None and self.has_begun and self.wrappedProtocol is not None:
            self.wrappedProtocol.targetFaultsChanged()
        if self.faults is None and not self.own_faults and not self.factory.faults.is_armed:
            return
        faults = of_leg(self.chosen_faults(), FaultLeg.CLIENT)
        if self.faults is not None:
            self.faults.replace(faults)
        elif faults and self.connected and not self.disconnecting:
            self._start_faults(faults)

    def chosen_faults(self) -> tuple[Fault, ...]:
        """The faults that hit this connection, at both of its legs: its own, or its listener's."""
        if self.own_faults is not None:
            return self.own_faults
        if self.draws is None:
            self.draws = self.factory.faults.draws()
        return self.factory.faults.hitting(self.draws)

    @property
    def shared_faults(self) -> ListenerFaults:
        """The faults of the listener."""
        return self.factory.faults

    def target_refuses(self) -> bool:
        """Whether a fault refuses the link that is going to be made."""
        return self.factory.faults.refuses(FaultLeg.TARGET)

    def target_faults(self, *, by_datagram: bool = False) -> tuple[Fault, ...]:
        """The faults that act on the link. `by_datagram` gives also those that do not hit this
        connection: they decide for each datagram."""
        chosen = self.own_faults
        if chosen is None:
            chosen = self.factory.faults.faults if by_datagram else self.chosen_faults()
        return of_leg(chosen, FaultLeg.TARGET)

    def _start_faults(self, faults: tuple[Fault, ...]) -> None:
        from app.faults.connection import ConnectionFaults

        shared = self.factory.faults
        self.faults = ConnectionFaults(
            FaultAdapter(self),
            shared.schedule,
            shared.random,
            read_has_ended=self.backpressure.read_closed,
        )
        self.backpressure.divert(self.faults)
        self.faults.replace(faults)

    def pass_opened(self) -> None:
        """Tell the protocol that the connection is open, unless it is closing already."""
        raise NotImplementedError

    def pass_received(self, data: bytes) -> None:
        """Give the protocol bytes that a fault has held."""
        if not self.disconnecting:
            self.call(self.wrappedProtocol.dataReceived, data)

    def pass_read_end(self) -> None:
        """Tell the protocol that the peer has closed its write side, or close too."""
        raise NotImplementedError

    def pass_loss(self, reason: Failure) -> None:
        """The connection is closed: tell the protocol and the factory."""
        raise NotImplementedError

    def pass_written(self, data: bytes) -> None:
        """Hand `data` to the transport."""
        raise NotImplementedError

    def pass_close(self) -> None:
        """Close the transport when it has sent everything."""
        raise NotImplementedError

    def abort(self, reason: str) -> None:
        """Close immediately with a reset."""
        raise NotImplementedError

    def end_by_fault(self, reason: str) -> None:
        """Close immediately. The protocol may write nothing more."""
        raise NotImplementedError

    def close_over_limit(self, limit: str, reason: str) -> None:
        """Reset the connection, and count it as closed by `limit`."""
        raise NotImplementedError

    def call(self, callback: Callable[..., object], *arguments: object) -> None:
        """Call a method of the protocol. If it raises, the connection is reset."""
        raise NotImplementedError


class FaultAdapter:
    """Does on the connection what its faults let pass: an `app.faults.connection.FaultyConnection`.

    While it exists, the system sends small writes without delay (RFC 896), as faults time them.
    """

    def __init__(self, connection: ConnectionWithFaults) -> None:
        self._connection = connection
        self._backpressure = connection.backpressure
        self._had_delay = _set_nagle(connection.transport, False)
        self.pass_opened = connection.pass_opened
        self.pass_received = connection.pass_received
        self.pass_read_end = connection.pass_read_end
        self.pass_loss = connection.pass_loss
        self.pass_written = connection.pass_written

    @property
    def disconnecting(self) -> bool:
        return self._connection.disconnecting

    def pass_write_end(self) -> None:
        self._connection.transport.loseWriteConnection()

    def pass_close(self) -> None:
        # The time in which the peer may delay the close begins only now.
        self._connection.progress_at = self._connection.factory.seconds()
        self._connection.factory.on_closing()
        self._connection.pass_close()

    def pass_reset(self) -> None:
        self._connection.abort(self._connection.reason)

    def read_wire(self, wanted: bool) -> None:
        transport = self._connection.transport
        if wanted:
            transport.resumeProducing()
        else:
            transport.pauseProducing()

    def slow_down(self, is_full: bool) -> None:
        self._backpressure.hold_for_faults(is_full)

    def ask_producer(self) -> None:
        self._backpressure.ask_pull_producer()

    def has_producer(self) -> bool:
        return self._backpressure.producer is not None

    def has_pull_producer(self) -> bool:
        return self._backpressure.is_pull

    def is_in_handshake(self) -> bool:
        return self._backpressure.handshaking

    def is_flushed(self) -> bool:
        waiting = self._connection.bytes_unsent
        return not waiting and not queued_bytes(self._connection.transport)

    def end_by_fault(self, words: str, *, reset: bool) -> None:
        reason = composed("{fault}: {words}", fault=FAULT, words=words)
        if reset:
            self._connection.close_over_limit(FAULT, reason)
        else:
            self._connection.factory.closed_by_limit.add(FAULT)
            self._connection.end_by_fault(reason)

    def drop_faults(self) -> None:
        self._connection.faults = None
        if self._had_delay:
            _set_nagle(self._connection.transport, True)
        self._backpressure.divert(None)


def _set_nagle(transport: Any, wanted: bool) -> bool:
    """Let the system gather small writes, or send each one immediately.

    Returns whether it has gathered them until now.
    """
    if not ITCPTransport.providedBy(transport):
        return False
    gathered = not transport.getTcpNoDelay()
    transport.setTcpNoDelay(not wanted)
    return gathered
