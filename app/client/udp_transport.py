"""UDP as a session speaks it: a connected socket hears one peer, and of its absence (ICMP)."""

from __future__ import annotations

from typing import Any

from twisted.internet import udp
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionRefusedError
from twisted.internet.interfaces import IHalfCloseableDescriptor
from twisted.internet.protocol import DatagramProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from app.client.target import Target
from app.client.transport import Supply, WireObserver


@implementer(IHalfCloseableDescriptor)
class ConnectedPort(udp.Port):
    """A UDP socket that a refusal (ICMP) does not close.

    epoll tells of it as of a connection that ended, and Twisted's own port then closes. Here it is
    read, which is how the system gives the reason, and reading goes on.
    """

    def readConnectionLost(self, reason: Failure) -> None:
        """The system has something to say other than a datagram."""
        self.doRead()
        if self.connected:
            self.startReading()

    def writeConnectionLost(self, reason: Failure) -> None:
        """There is nothing that is written later."""


class DatagramWire(DatagramProtocol):
    """Every `send` is one datagram, which the system takes at once or never. See `Wire`."""

    transport: Any
    bytes_unsent = 0
    security = None
    verdict = None
    can_half_close = False
    peer = ""
    local = ""

    def __init__(self, observer: WireObserver) -> None:
        self._observer = observer
        self._reason: Exception = ConnectionDone()
        self._is_open = False

    def open(self, host: str, port: int) -> None:
        """Speak with `port` of the address `host` alone. Raises `OSError`."""
        self.transport.connect(host, port)
        self.peer = Target(host, port).place
        address = self.transport.getHost()
        self.local = Target(address.host, address.port).place
        self._is_open = True
        self._observer.wire_opened(self)

    def send(self, data: bytes) -> None:
        """Send `data` as one datagram. One that is empty is one, too."""
        try:
            self.transport.write(data)
        except Exception as error:  # noqa: BLE001 - Twisted's own, or whatever the system says
            self._observer.wire_refused(self, error)
        else:
            self._observer.wire_flushed(self, len(data))

    def send_from(self, supply: Supply | None) -> None:
        """Datagrams have no flow to control: a session sends no file through them."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close: all is sent."""
        self._close(ConnectionDone())

    def hang_up(self) -> bool:
        """Close: the peer has been given everything, though it may not have taken it."""
        self._close(ConnectionDone())
        return True

    def abort(self) -> None:
        """Close: nobody is told in any case."""
        self._close(ConnectionAborted())

    def pause(self) -> None:
        """Read nothing more; what the system has no room for is lost."""
        self.transport.stopReading()

    def resume(self) -> None:
        """Read on."""
        self.transport.startReading()

    # What the socket says.

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        self._observer.wire_received(self, datagram)

    def connectionRefused(self) -> None:
        """The other machine says that nobody takes datagrams there."""
        self._observer.wire_refused(self, ConnectionRefusedError())

    def stopProtocol(self) -> None:
        """The socket is closed."""
        if self._is_open:
            self._is_open = False
            self._observer.wire_lost(self, Failure(self._reason))

    def _close(self, reason: Exception) -> None:
        if self._is_open:
            self._reason = reason
            self.transport.stopListening()
