"""Server connections that send as soon as the protocol's callback has returned.

A Twisted transport asks the reactor to be called back for whatever it is given to write. Most
writes answer what was just read, so this one waits for ``dataReceived`` to return and sends then,
without asking: what the callback wrote leaves in one piece, and a large answer is still in the
processor's cache. What the socket does not take, and whatever is to happen once all is sent (a
producer to be resumed, a connection to be closed), goes the way of Twisted.
"""

from __future__ import annotations

from errno import EWOULDBLOCK

from twisted.internet import tcp
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST


class PromptServer(tcp.Server):
    """A TCP connection that has been accepted."""

    _reading = False
    """Whether the protocol is being given data."""

    _write_asked = False
    """Whether something is to be written once it returns."""

    # Twisted makes two texts about each connection, of which hardly one is ever read. Here they are
    # made when they are: that is a tenth of what an idle connection takes.

    @property
    def logstr(self) -> str:
        """Whom the log speaks of."""
        return f"{self._protocol_name},{self.sessionno},{self.hostname}"

    @logstr.setter
    def logstr(self, text: str) -> None:
        """What Twisted would have it be."""

    @property
    def repstr(self) -> str:
        """What its `repr` is."""
        return f"<{self._protocol_name} #{self.sessionno} on {self.server._realPortNumber}>"

    @repstr.setter
    def repstr(self, text: str) -> None:
        """What Twisted would have it be."""

    @property
    def _protocol_name(self) -> str:
        protocol = getattr(self, "protocol", None)  # it has none once it is lost
        return self._getLogPrefix(protocol) if protocol is not None else type(self).__name__

    # Two of its parents type it differently.
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
            if self.producer is not None:
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
        """Send what was written during the callback, or have the reactor do more than that."""
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
    """A listening TCP port whose connections are :class:`PromptServer`."""

    transport = PromptServer
