"""How much of what was written still waits in this process, because the peer does not take it.

Twisted keeps such bytes in buffers that it tells nobody of: a socket's transport in two, TLS in two
more above it. What they are called is asked here alone.
"""

from __future__ import annotations

import logging
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


def unsent_bytes(transport: Any) -> int:
    """Bytes written to `transport` that the system has not taken yet; 0 where that is not known.

    What the system has taken and the peer has not read counts as sent. For TLS these are the bytes
    of both sides of the encryption, as each of them is on one side only.
    """
    total = 0
    while transport is not None:
        attributes = getattr(transport, "__dict__", {})
        if "_tempDataLen" in attributes:  # a socket's, and below it there is none
            waiting: int = transport._tempDataLen + len(transport.dataBuffer) - transport.offset
            return total + waiting
        total += _of_tls(attributes)
        transport = attributes.get("transport")
    return total


def _of_tls(attributes: dict[str, Any]) -> int:
    gathered = getattr(attributes.get("_aggregator"), "_buffer", ())
    blocked = attributes.get("_appSendBuffer", ())
    return sum(map(len, gathered)) + sum(map(len, blocked))


# MERGED server/backpressure: Keeps what one slow reader is owed within a bound.

log = logging.getLogger(__name__)

FULL_BYTES = FileDescriptor.bufferSize
"""The bound of Twisted's transports."""


@implementer(IPushProducer)
class Backpressure:
    """Stops reading from a peer while the write buffer towards it is over the transport's bound.

    It is the producer that the transport knows; a producer of the user's protocol goes through it.
    Reading goes on only when nothing forbids it: the protocol, a full buffer, or the end of what
    the peer has to say.

    A transport tells its producer of a full buffer only if that is a push producer. While it is
    not, whoever writes counts what waits; see `counts`.
    """

    __slots__ = (
        "_full",
        "_handshaking",
        "_held",
        "_pulled",
        "_transport",
        "counts",
        "ended",
        "producer",
    )

    def __init__(self, transport: Any, *, handshaking: bool = False) -> None:
        """`transport` is an `IConsumer` and an `IPushProducer`, as all of Twisted's streams are."""
        self._transport = transport
        self._full = False
        """Whether the write buffer is over the transport's bound, or TLS cannot write yet."""
        self.counts = False
        """Whether what waits must be counted: the buffer is full, or nobody would say that it is.
        While it is not set, what waits is within the transport's own bound."""
        self._handshaking = handshaking
        self._held = False
        self._pulled = False
        self.ended = False
        """Whether the peer has said all it will say. Reading on would only hear that again."""
        self.producer: Any = None
        """The protocol's own `IPushProducer` or `IPullProducer`."""
        transport.registerProducer(self, True)

    def hold(self) -> None:
        """The protocol wants no data for now."""
        self._held = True
        self._transport.pauseProducing()

    def release(self) -> None:
        """The protocol takes data again."""
        self._held = False
        self._read_on()

    def begin_handshake(self) -> None:
        """TLS must read before it can write: until it has, a full buffer is no reason to stop."""
        self._handshaking = True
        if self._full:
            self.resumeProducing()

    def end_handshake(self) -> None:
        """TLS can write."""
        self._handshaking = False

    def attach(self, producer: Any, *, streaming: bool) -> None:
        """Let `producer` write as fast as the peer reads. Raises `RuntimeError` beside another."""
        if self.producer is not None:
            raise RuntimeError(f"There is a producer already, {self.producer!r}: unregister it.")
        self.producer = producer
        if not streaming:
            self._pulled = True
            self._transport.unregisterProducer()
            self.counts = True
            self._transport.registerProducer(self, False)
        elif self._full:
            producer.pauseProducing()

    def detach(self, *, closing: bool) -> None:
        """The protocol's producer is done; a transport that is `closing` waits for nothing else."""
        was_pulled, self._pulled, self.producer = self._pulled, False, None
        if was_pulled or closing:
            self._transport.unregisterProducer()
        if was_pulled and not closing:
            # The transport did not make it full, so it would not say when it no longer is.
            self._full = False
            self._transport.registerProducer(self, True)
            self._read_on()
        # What a pull producer has let wait is over the bound maybe, and not yet known as such.
        self.counts = self._full or was_pulled or closing

    def let_go(self) -> None:
        """Bound nothing any more: the last has been written."""
        self._transport.unregisterProducer()
        self._full, self.counts = False, True
        self._read_on()

    def take_count(self, unsent: int) -> None:
        """`unsent` bytes wait: beside a pull producer, that alone tells that the buffer is full."""
        if self._pulled and unsent > FULL_BYTES:
            self._full = True
            self._stop_reading()

    def pauseProducing(self) -> None:
        """The write buffer is over its bound, or TLS cannot write yet."""
        self._full = self.counts = True
        self._stop_reading()
        if self.producer is not None:
            self.producer.pauseProducing()

    def resumeProducing(self) -> None:
        """The write buffer is empty again."""
        self._full, self.counts = False, self._pulled
        self._read_on()
        if self.producer is not None:
            self.producer.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is gone."""
        producer, self.producer = self.producer, None
        if producer is None:
            return
        try:
            producer.stopProducing()
        except Exception:  # the transport would not tell anybody else that the connection is gone
            log.exception("The producer %r failed when its connection was lost.", producer)

    def _stop_reading(self) -> None:
        if not self._handshaking:
            self._transport.pauseProducing()

    def _read_on(self) -> None:
        if not (self._full or self._held or self.ended):
            self._transport.resumeProducing()
