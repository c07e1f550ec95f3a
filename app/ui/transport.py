"""Server connections that send as soon as the protocol's callback has returned.

A Twisted transport asks the reactor to be called back for whatever it is given to write. Most
writes answer what was just read, so this one waits for ``dataReceived`` to return and sends then,
without asking: what the callback wrote leaves in one piece, and a large answer is still in the
processor's cache. What the socket does not take, and everything that is more than plain data (a
producer, TLS, a connection to be closed), goes the way of Twisted.
"""

from __future__ import annotations

from errno import EWOULDBLOCK

from twisted.internet import tcp
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST


class PromptServer(tcp.Server):
    """A TCP connection that has been accepted."""

    _reading = False
    _write_asked = False

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
            self._answer()
        return None

    def write(self, data: bytes) -> None:
        if (
            self._reading
            and self.connected
            and self.producer is None
            and not self.TLS
            and not self._writeDisconnected
            and type(data) is bytes
        ):
            self._tempDataBuffer.append(data)
            self._tempDataLen += len(data)
            self._write_asked = True
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
        """Send what was written during the callback."""
        self._write_asked = False
        chunks = self._tempDataBuffer
        if (
            len(chunks) != 1
            or self.dataBuffer
            or self.producer is not None
            or self.disconnecting
            or self._writeDisconnecting
        ):
            super().startWriting()
            return
        data = chunks[0]
        try:
            sent = self.socket.send(data)
        except OSError:
            super().startWriting()
            return
        chunks.clear()
        self._tempDataLen = 0
        if sent < len(data):
            self.dataBuffer, self.offset = data, sent
            super().startWriting()


class PromptPort(tcp.Port):
    """A listening TCP port whose connections are :class:`PromptServer`."""

    transport = PromptServer
