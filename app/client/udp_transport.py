"""The wire for UDP: a connected socket, which receives only from one peer, and its ICMP errors."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionRefusedError
from twisted.internet.protocol import DatagramProtocol
from twisted.python.failure import Failure

from app.client.transport import Supply, WireObserver
from app.net.target import Target


class DatagramWire(DatagramProtocol):
    """A wire whose `send` is one datagram. The system takes it immediately or never. See `Wire`."""

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
        """Connect the socket to `port` of the address `host`. Raises `OSError`."""
        self.transport.connect(host, port)
        self.peer = Target(host, port).address
        address = self.transport.getHost()
        self.local = Target(address.host, address.port).address
        self._is_open = True
        self._observer.wire_opened(self)

    def send(self, data: bytes) -> None:
        """Send `data` as one datagram. It may be empty."""
        try:
            self.transport.write(data)
        except Exception as error:  # noqa: BLE001 - Twisted's errors, or any error of the system
            self._observer.wire_refused(self, error)
        else:
            self._observer.wire_flushed(self, len(data))

    def send_from(self, supply: Supply | None) -> None:
        """Not supported: UDP has no flow control, so a session sends no file over it."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close: nothing is queued."""
        self._close(ConnectionDone())

    def close_or_abort(self) -> bool:
        """Close, and return True: nothing is queued."""
        self._close(ConnectionDone())
        return True

    def abort(self) -> None:
        """Close. The peer does not notice."""
        self._close(ConnectionAborted())

    def pause(self) -> None:
        """Stop reading. Datagrams that the system cannot buffer are lost."""
        self.transport.stopReading()

    def resume(self) -> None:
        """Read again."""
        self.transport.startReading()

    # Events of the socket.

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        self._observer.wire_received(self, datagram)

    def connectionRefused(self) -> None:
        """The peer's system reports that nothing listens on the port."""
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
