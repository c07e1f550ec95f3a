"""Hello: greets whoever connects, and closes. The smallest server that telnet can show."""

from __future__ import annotations

from twisted.internet.protocol import Protocol

GREETING = b"Hello This is HD's Test protocol\r\n"


class Hello(Protocol):
    """Sends `GREETING` and closes; what the peer says is not listened to."""

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(GREETING)
        self.transport.loseConnection()
