"""Server connections that send their answer as soon as the protocol's callback returns.

A Twisted transport registers with the reactor for each write and sends later. But most writes
answer the data that was just read. So this transport waits for ``dataReceived`` to return and sends
then, without the reactor: all writes of the callback are sent together, and a large answer is still
in the processor's cache. In all other cases Twisted's own code does the work: if the socket does
not accept everything, or if something must happen after sending (resume a producer, close the
connection).
"""

from __future__ import annotations

import sys
from errno import EWOULDBLOCK
from socket import socket
from typing import Any

from twisted.internet import tcp
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IProtocol, IReactorFDSet
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST


class PromptServer(tcp.Server):
    """An accepted TCP connection."""

    _reading = False
    """Whether ``dataReceived`` is running."""

    _write_asked = False
    """Whether there is something to send after ``dataReceived`` returns."""

    # Twisted makes two strings for each connection, which are hardly ever read. Here they are made
    # on access, and the clients of one host share its name. Both save a sixth of the memory of an
    # idle connection.

    def __init__(
        self,
        sock: socket,
        protocol: IProtocol,
        client: tuple[Any, ...],
        server: tcp.Port,
        sessionno: int,
        reactor: IReactorFDSet,
    ) -> None:
        client = (sys.intern(client[0]), *client[1:])
        super().__init__(sock, protocol, client, server, sessionno, reactor)

    @property
    def logstr(self) -> str:
        """The log prefix."""
        return f"{self._protocol_name},{self.sessionno},{self.hostname}"

    @logstr.setter
    def logstr(self, text: str) -> None:
        """Ignores the string that Twisted sets."""

    @property
    def repstr(self) -> str:
        """The `repr`."""
        return f"<{self._protocol_name} #{self.sessionno} on {self.server._realPortNumber}>"

    @repstr.setter
    def repstr(self, text: str) -> None:
        """Ignores the string that Twisted sets."""

    def _getLogPrefix(self, applicationObject: object) -> str:
        """Twisted asks for it to make its strings."""
        return ""

    @property
    def _protocol_name(self) -> str:
        protocol = getattr(self, "protocol", None)  # a lost connection has none
        if protocol is None:
            return type(self).__name__
        prefix: str = super()._getLogPrefix(protocol)
        return prefix

    # Two base classes declare different types.
    def doRead(self) -> ConnectionLost | ConnectionDone | None:  # type: ignore[override]
        try:
            data = self.socket.recv(self.bufferSize)
        except OSError as error:
            return None if error.errno == EWOULDBLOCK else CONNECTION_LOST
        if not data:
            return CONNECTION_DONE
        self._reading = True
        try:
            self.protocol.dataReceived(data)
        finally:
            self._reading = False
        if self._write_asked:
            self._write_asked = False
            self._answer()
        return None

    def write(self, data: bytes) -> None:
        if (
            self._reading
            and self.connected
            and not self.TLS
            and not self._writeDisconnected
            and type(data) is bytes
        ):
            self._tempDataBuffer.append(data)
            self._tempDataLen += len(data)
            self._write_asked = True
            if self.producer is not None and (
                self.dataBuffer or self._tempDataLen > self.bufferSize
            ):
                self._maybePauseProducer()
        else:
            super().write(data)

    def startWriting(self) -> None:
        if self._reading:
            self._write_asked = True
        else:
            super().startWriting()

    def stopWriting(self) -> None:
        self._write_asked = False
        super().stopWriting()

    def _answer(self) -> None:
        """Send what the callback wrote. In the complicated cases, leave that to the reactor."""
        chunks = self._tempDataBuffer
        if (
            not chunks
            or self.dataBuffer
            or self._tempDataLen > self.SEND_LIMIT
            or self.disconnecting
            or self._aborting
            or self._writeDisconnecting
            or (self.producer is not None and (self.producerPaused or not self.streamingProducer))
        ):
            self.startWriting()
            return
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        try:
            sent = self.socket.send(data)
        except OSError:
            self.startWriting()
            return
        chunks.clear()
        self._tempDataLen = 0
        if sent < len(data):
            self.dataBuffer, self.offset = data, sent
            self.startWriting()


class PromptPort(tcp.Port):
    """A listening TCP port with :class:`PromptServer` connections."""

    transport = PromptServer
