"""Keeps what one slow reader is owed within a bound."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Backpressure:
    """Stops reading from a peer while the write buffer towards it is over the transport's bound.

    It is the producer that the transport knows; a streaming producer of the user's protocol goes
    through it. Reading goes on only when neither the protocol nor a full buffer forbids it.
    """

    __slots__ = ("_full", "_held", "_transport", "producer")

    def __init__(self, transport: Any) -> None:
        """`transport` is an `IConsumer` and an `IPushProducer`, as TCP, TLS and Unix sockets are."""
        self._transport = transport
        self._full = False
        self._held = False
        self.producer: IPushProducer | None = None
        transport.registerProducer(self, True)

    def hold(self) -> None:
        """The protocol wants no data for now."""
        self._held = True
        self._transport.pauseProducing()

    def release(self) -> None:
        """The protocol takes data again."""
        self._held = False
        if not self._full:
            self._transport.resumeProducing()

    def pauseProducing(self) -> None:
        """The write buffer is over its bound."""
        self._full = True
        self._transport.pauseProducing()
        if self.producer is not None:
            self.producer.pauseProducing()

    def resumeProducing(self) -> None:
        """The write buffer is empty again."""
        self._full = False
        if not self._held:
            self._transport.resumeProducing()
        if self.producer is not None:
            self.producer.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is gone."""
        if self.producer is not None:
            self.producer.stopProducing()
