"""The leg of a relay to its target: its traffic, its faults, and its end.

A leg without faults has no `ConnectionFaults`, and tests one attribute for each chunk. With them it
is the connection on which they act: an `app.faults.connection.FaultyConnection`. For the engine
`in` is what comes from the peer. Here that is the target, so the directions are swapped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IDelayedCall,
    IHandshakeListener,
    IReactorTime,
    ISSLTransport,
    ITCPTransport,
)
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import alsoProvides

from app.faults.spec import Direction, Fault
from app.forwarding.connecting import explain_tls
from app.forwarding.leg import Leg, Pause
from app.forwarding.link import LinkState, TapTarget, TargetLink
from app.net.sockets import write_promptly
from app.net.target import Target
from app.text.sentence import Sentence
from app.traffic.connection_info import RECEIVED, SENT, CloseKind

if TYPE_CHECKING:  # imported late below, as most legs have no faults
    from app.faults.connection import ConnectionFaults
    from app.faults.listener import ListenerFaults


LEAVE_SECONDS: Final = 30.0
"""How long faults may hold what a client has sent that is gone."""


class TargetLeg(Leg):
    """The leg to the target. `link` has its facts, for whoever shows them."""

    def __init__(self, target: Target, link: TargetLink, seconds: Callable[[], float]) -> None:
        """`seconds` is the reactor's clock."""
        super().__init__()
        self.target = target
        self.link = link
        if target.transport.has_tls:  # for others, Twisted's endpoints would hide the half-close
            alsoProvides(self, IHandshakeListener)
        self.tap: TapTarget | None = None
        """Keeps the traffic; `None` if nobody does."""
        self.on_lost: Callable[[str, str], None] = lambda hint, failure: None
        """Called before the loss is passed on: what belongs to the reason of the client's end, and
        what is a failure of the target. One of them may be empty, or both."""
        self.on_trouble: Callable[[str], None] = lambda sentence: None
        """Called with a failure that does not end the leg."""
        self.faults: ConnectionFaults | None = None
        self._is_in_handshake = False
        self._seconds = seconds
        self._on_open: Callable[[], None] | None = None
        self._fault_words = ""
        self._had_delay = False
        self._leaving: IDelayedCall | None = None

    def connectionMade(self) -> None:
        self._is_in_handshake = ISSLTransport.providedBy(self.transport)
        self.link.local_address = self.transport.getHost()
        self.link.peer_address = self.transport.getPeer()

    def handshakeCompleted(self) -> None:
        """TLS can carry bytes."""
        self._is_in_handshake = False
        if self.faults is not None:
            self.faults.complete_handshake()

    def open(self, on_open: Callable[[], None]) -> None:
        """Call `on_open` now, or after the time for which a fault delays it."""
        self._on_open = on_open
        if self.faults is None:
            self.pass_opened()
        else:
            self.faults.open()

    # From the target

    def dataReceived(self, data: bytes) -> None:
        self.link.bytes_in += len(data)
        if self.tap is not None:
            self.tap(RECEIVED, data)
        if self.faults is not None:
            self.faults.receive(data)
        else:
            super().dataReceived(data)

    def readConnectionLost(self) -> None:
        if self.faults is not None:
            self.faults.receive_end()
        else:
            super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.faults is not None:
            self.faults.receive_loss(reason)
        else:
            self.pass_loss(reason)

    # To the target

    def write(self, data: bytes) -> None:
        if self.faults is not None:
            self.faults.write(data)
        else:
            self.pass_written(data)

    def end_writing(self) -> None:
        if self.faults is not None:
            self.faults.end_writing()
        else:
            super().end_writing()

    def lose(self) -> None:
        if self.faults is not None:
            self.faults.close()
        else:
            super().lose()

    def abort(self) -> None:
        if self.faults is not None:
            self.faults.reset()
        else:
            super().abort()

    @property
    def source(self) -> Any:
        return self.transport if self.faults is None else self.faults

    # Faults

    def use_faults(self, faults: tuple[Fault, ...], shared: ListenerFaults) -> None:
        """Let `faults` act from now on; none of them must hit by chance any more. `shared` is the
        luck and the timer of the listener."""
        if self.faults is not None:
            self.faults.replace(faults)
        elif faults and not self.is_lost:
            self._start_faults(faults, shared)

    def _start_faults(self, faults: tuple[Fault, ...], shared: ListenerFaults) -> None:
        from app.faults.connection import ConnectionFaults

        self.faults = ConnectionFaults(
            self,
            shared.schedule,
            shared.random,
            read_has_ended=self.has_ended,
            inbound=Direction.OUT,
        )
        if ITCPTransport.providedBy(self.transport):  # small writes are timed by the faults
            self._had_delay = not self.transport.getTcpNoDelay()
            self.transport.setTcpNoDelay(True)
        if self.is_paused:
            self.faults.pauseProducing()
        self.faults.replace(faults)

    def leave(self, clock: IReactorTime) -> None:
        """The client is gone, and nobody can clear a fault any more: let it hold nothing for
        ever."""
        if self.faults is not None and not self.is_lost:
            self._leaving = clock.callLater(LEAVE_SECONDS, self.let_go)

    def let_go(self) -> None:
        """Let no fault hold anything any more."""
        self._leaving = None
        if self.faults is not None:
            self.faults.replace(())

    # What the faults let pass, and ask for

    @property
    def disconnecting(self) -> bool:
        """Whether both directions are being closed from here."""
        return self.is_shut and self.has_ended

    def pass_opened(self) -> None:
        """The relay may begin."""
        on_open, self._on_open = self._on_open, None
        if on_open is not None:
            on_open()

    def pass_received(self, data: bytes) -> None:
        """Pass on what the target sent."""
        if self.other is not None:
            super().dataReceived(data)

    def pass_read_end(self) -> None:
        """The target sends nothing more."""
        super().readConnectionLost()

    def pass_written(self, data: bytes) -> None:
        """Write to the socket."""
        self.link.bytes_out += len(data)
        write_promptly(self.transport, data)
        if self.tap is not None:
            self.tap(SENT, data)

    def pass_write_end(self) -> None:
        """Half-close the socket."""
        super().end_writing()

    def pass_close(self) -> None:
        """Close the socket when everything is written."""
        super().lose()

    def pass_reset(self) -> None:
        """Reset the socket."""
        super().abort()

    def pass_loss(self, reason: Failure) -> None:
        """The target is gone, and the client is told."""
        if self._leaving is not None:
            self._leaving.cancel()
        has_tls = ISSLTransport.providedBy(self.transport)
        if has_tls and self.is_shut and reason.check(ConnectionLost):
            # Most programs answer the end of TLS by closing the socket without one of their own.
            reason = connectionDone
        self.link.state, self.link.closed_at = LinkState.CLOSED, self._seconds()
        self.link.close_kind = self._close_kind(reason)
        hint = failure = ""
        if self._fault_words:
            hint = Sentence(
                "fault-ended-target",
                "a fault ended the connection to {target}: {fault}",
                target=self.target,
                fault=self._fault_words,
            )
        elif reason.check(ConnectionLost):
            hint = Sentence("target-reset", "{target} reset its connection", target=self.target)
        elif not reason.check(ConnectionDone, ConnectionAborted):
            failure = explain_tls(reason, self.target)
        self.on_lost(hint, failure)
        super().connectionLost(reason)

    def _close_kind(self, reason: Failure) -> CloseKind:
        if reason.check(ConnectionAborted):
            return CloseKind.RESET_HERE
        if reason.check(ConnectionLost):
            return CloseKind.RESET_BY_PEER
        return CloseKind.CLOSED_BY_PEER if self.has_ended else CloseKind.CLOSED_HERE

    def read_wire(self, wanted: bool) -> None:
        """Let the socket read, or not."""
        if wanted:
            self.transport.resumeProducing()
        else:
            self.transport.pauseProducing()

    def slow_down(self, is_full: bool) -> None:
        """Let the client wait while the faults hold much of what it sent."""
        if self.other is None:
            return
        if is_full:
            self.other.pause(Pause.FAULTS)
        else:
            self.other.resume(Pause.FAULTS)

    def ask_producer(self) -> None:
        """There is no pull producer."""

    def has_producer(self) -> bool:
        """A relay writes nothing more when it closes."""
        return False

    def has_pull_producer(self) -> bool:
        """The client is a push producer."""
        return False

    def is_in_handshake(self) -> bool:
        """Whether TLS must read before it can carry bytes."""
        return self._is_in_handshake

    def is_flushed(self) -> bool:
        """Whether the socket has nothing to send. The system sends the rest of it soon."""
        socket = self.transport
        return not (getattr(socket, "dataBuffer", b"") or getattr(socket, "_tempDataBuffer", ()))

    def end_by_fault(self, words: str, *, reset: bool) -> None:
        """End it at once, because of the fault that `words` describe."""
        self._fault_words = words
        if reset:
            self.transport.abortConnection()
        else:
            self.close_now()

    def close_now(self) -> None:
        """Close the socket in order, and tell the client the same."""
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def drop_faults(self) -> None:
        """The faults hold nothing, and there are none any more."""
        self.faults = None
        if self._had_delay:
            self.transport.setTcpNoDelay(False)
