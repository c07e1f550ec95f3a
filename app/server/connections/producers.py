"""The producers of a connection: who writes to it, who reads from it, and who waits for whom.

`ConnectionWithProducers` is the part of a `Connection` that its protocol, and what the protocol
registers, pause and resume; see `IPushProducer` and `IConsumer` of Twisted.
"""

from __future__ import annotations

from twisted.internet.interfaces import IProducer

from app.server.connections.backpressure import Backpressure, is_flushed_socket
from app.server.connections.facts import ConnectionFacts


class ConnectionWithProducers(ConnectionFacts):
    """A connection whose unsent bytes are bounded."""

    _backpressure: Backpressure | None = None

    @property
    def backpressure(self) -> Backpressure:
        """Made when it is first needed: when more is written than a buffer holds, or a producer is
        registered. It is a tenth of an idle connection."""
        if self._backpressure is None:
            self._backpressure = Backpressure(self.transport)
        return self._backpressure

    @property
    def has_producer(self) -> bool:
        """Whether the protocol has registered a producer."""
        return self._backpressure is not None and self._backpressure.producer is not None

    @property
    def can_close_now(self) -> bool:
        """Whether closing need not wait: on a plain socket, and everything written is sent.

        Then the connection may be closed in the same turn, where Twisted closes the protocols that
        know no half-closed connections.
        """
        is_relayed = self._backpressure is not None and self._backpressure.is_relayed
        return not (is_relayed or self.has_producer) and is_flushed_socket(self.transport)

    def loseConnection(self) -> None:
        """Close when everything written is sent. `Connection` does it."""
        raise NotImplementedError

    def pauseProducing(self) -> None:
        if not self.disconnecting:
            self.backpressure.pause_for_protocol()

    def resumeProducing(self) -> None:
        if not self.disconnecting:
            self.backpressure.resume_for_protocol()

    def stopProducing(self) -> None:
        self.loseConnection()

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if self.disconnecting or not self.connected:
            producer.stopProducing()
        else:
            self.backpressure.attach(producer, streaming=streaming)

    def unregisterProducer(self) -> None:
        self.backpressure.detach(closing=self.disconnecting)

    def stopConsuming(self) -> None:
        self.unregisterProducer()
        self.loseConnection()
