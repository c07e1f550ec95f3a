"""Backpressure: a bound on what waits for one slow reader.

`Backpressure` stops reading from a peer that does not read what is written to it.
`ConnectionWithBackpressure` is the part of a `Connection` that makes and uses it. `unsent_bytes`
counts the bytes that wait. Twisted has no public name for them: a socket's transport keeps them in
two buffers, and TLS keeps two more above it. Only this module uses those private names.
"""

from __future__ import annotations

import logging
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.interfaces import IProducer, IPushProducer
from twisted.internet.tcp import Connection as SocketTransport
from zope.interface import implementer

from app.server.connections.facts import ConnectionFacts
from app.server.sockets.socket_info import queued_bytes

log = logging.getLogger(__name__)

FULL_BYTES = FileDescriptor.bufferSize
"""The size at which a write buffer of Twisted's transports counts as full."""


@implementer(IPushProducer)
class Backpressure:
    """Stops reading from a peer while the write buffer towards it is full.

    It registers itself as the producer of the transport, and passes the calls on to the producer
    of the protocol. Reading goes on only if the protocol has not paused it, the buffer is not full,
    and the peer has not closed its side. Bytes that faults hold count as a part of the buffer.

    A transport reports a full buffer only to a push producer. Beside a pull producer, the
    connection must count the unsent bytes at each write; see `must_count`.
    """

    __slots__ = (
        "_is_full",
        "_is_held_by_faults",
        "_paused_by_protocol",
        "_source",
        "_transport",
        "handshaking",
        "is_pull",
        "is_relayed",
        "must_count",
        "producer",
        "read_closed",
    )

    def __init__(self, transport: Any, *, handshaking: bool = False) -> None:
        """`transport` is an `IConsumer` and an `IPushProducer`, as all of Twisted's streams are."""
        self._transport = transport
        self._is_full = False
        """Whether the write buffer is full, or TLS cannot write yet."""
        self.must_count = False
        """Whether to count the unsent bytes at each write: the buffer is full, or the transport
        would not report it. If false, at most `FULL_BYTES` are unsent."""
        self._is_held_by_faults = False
        """Whether faults hold as many written bytes as they may."""
        self._source: Any = transport
        """Stops and resumes reading: the transport, or the faults in front of it."""
        self.handshaking = handshaking
        """Whether TLS must read before it can write."""
        self._paused_by_protocol = False
        self.is_pull = False
        """Whether `producer` is an `IPullProducer`."""
        self.is_relayed = False
        """Whether the protocol is an `IRelay`: a full buffer does not stop reading."""
        self.read_closed = False
        """Whether the peer has closed its write side. Further reads only report that again."""
        self.producer: Any = None
        """The protocol's own `IPushProducer` or `IPullProducer`."""
        transport.registerProducer(self, True)

    def pause_for_protocol(self) -> None:
        """The protocol asks for a pause in reading."""
        self._paused_by_protocol = True
        self._source.pauseProducing()

    def resume_for_protocol(self) -> None:
        """The protocol accepts data again."""
        self._paused_by_protocol = False
        self._resume_reading()

    def divert(self, source: Any) -> None:
        """Let `source` stop and resume reading from now on; `None` for the transport itself."""
        self._source = self._transport if source is None else source
        is_full = self._is_full or self._is_held_by_faults
        if self._paused_by_protocol or (is_full and not (self.handshaking or self.is_relayed)):
            self._source.pauseProducing()

    def hold_for_faults(self, is_full: bool) -> None:
        """Faults hold as many written bytes as they may, or have room again."""
        self._is_held_by_faults = is_full
        if self._is_full:  # the transport reports when it has room again
            return
        if not is_full:
            self._resume()
            return
        self._stop_reading()
        if self.producer is not None and not self.is_pull:
            self.producer.pauseProducing()

    def ask_pull_producer(self) -> None:
        """Ask a pull producer for more. The transport cannot: faults hold what it wrote last."""
        if self.is_pull and not (self._is_full or self._is_held_by_faults):
            self.producer.resumeProducing()

    def begin_handshake(self) -> None:
        """Keep reading although the buffer is full: TLS must read before it can write."""
        self.handshaking = True
        if self._is_full:
            self.resumeProducing()

    def end_handshake(self) -> None:
        """TLS can write."""
        self.handshaking = False

    def attach(self, producer: Any, *, streaming: bool) -> None:
        """Let `producer` write as fast as the peer reads. Raises `RuntimeError` beside another."""
        if self.producer is not None:
            raise RuntimeError(f"There is a producer already, {self.producer!r}: unregister it.")
        self.producer = producer
        if not streaming:
            self.is_pull = True
            self._transport.unregisterProducer()
            self.must_count = True
            self._transport.registerProducer(self, False)
        elif self._is_full or self._is_held_by_faults:
            producer.pauseProducing()

    def detach(self, *, closing: bool) -> None:
        """Remove the protocol's producer. If `closing`, the transport closes after this."""
        was_pulled, self.is_pull, self.producer = self.is_pull, False, None
        if was_pulled or closing:
            self._transport.unregisterProducer()
        if was_pulled and not closing:
            # `check_unsent` set it, not the transport, which therefore would not reset it.
            self._is_full = False
            self._transport.registerProducer(self, True)
            self._resume_reading()
        # After a pull producer the buffer may be full, and the transport has not reported that.
        self.must_count = self._is_full or was_pulled or closing

    def detach_transport(self) -> None:
        """Stop limiting, as the last bytes are written."""
        self._transport.unregisterProducer()
        self._is_full, self._is_held_by_faults, self.must_count = False, False, True
        self._resume_reading()

    def check_unsent(self, unsent: int) -> None:
        """Notice a full buffer beside a pull producer: the transport does not report it then."""
        if self.is_pull and unsent > FULL_BYTES:
            self._is_full = True
            self._stop_reading()

    def pauseProducing(self) -> None:
        """Called by the transport: the write buffer is full, or TLS cannot write yet."""
        self._is_full = self.must_count = True
        self._stop_reading()
        if self.producer is not None:
            self.producer.pauseProducing()

    def resumeProducing(self) -> None:
        """Called by the transport: the write buffer is empty again."""
        self._is_full, self.must_count = False, self.is_pull
        if not self._is_held_by_faults:
            self._resume()

    def stopProducing(self) -> None:
        """Called by the transport: the connection is lost."""
        producer, self.producer = self.producer, None
        if producer is None:
            return
        try:
            producer.stopProducing()
        except Exception:  # it would keep the transport from calling `connectionLost`
            log.exception("The producer %r failed when its connection was lost.", producer)

    def _resume(self) -> None:
        self._resume_reading()
        if self.producer is not None:
            self.producer.resumeProducing()

    def _stop_reading(self) -> None:
        if not self.handshaking and not self.is_relayed:
            self._source.pauseProducing()

    def _resume_reading(self) -> None:
        is_full = self._is_full or self._is_held_by_faults
        if self._paused_by_protocol or (is_full and not self.is_relayed):
            return
        # Faults know that the peer has closed its side, and may hold the loss that follows.
        if not self.read_closed or self._source is not self._transport:
            self._source.resumeProducing()


class ConnectionWithBackpressure(ConnectionFacts):
    """The part of a `Connection` that bounds what is unsent: its protocol, and the producer that
    the protocol registers, pause and resume; see `IPushProducer` and `IConsumer` of Twisted."""

    _backpressure: Backpressure | None = None

    progress_at = 0.0
    """When the peer was last seen to read unsent bytes, or when closing began."""

    _received_at_check: int | None = None
    """How many of `bytes_out` the peer had received at the last check. `None` if nothing was
    waiting."""

    @property
    def backpressure(self) -> Backpressure:
        """Made when it is first needed: when more is written than a buffer holds, or a producer is
        registered. It is a tenth of an idle connection."""
        if self._backpressure is None:
            self._backpressure = Backpressure(self.transport)
        return self._backpressure

    @property
    def bytes_unsent(self) -> int:
        """How many of `bytes_out` wait here for the peer to read; 0 when it is closed."""
        return unsent_bytes(self.transport) if self.connected else 0

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

    def peer_progressed(self) -> bool:
        """Whether the peer has read some of the waiting bytes since the last call.

        Also true if bytes wait now and none waited at the last call: there is nothing to compare
        with yet.
        """
        waiting = self.bytes_unsent + queued_bytes(self.transport)
        before, received = self._received_at_check, self.bytes_out - waiting
        self._received_at_check = received if waiting else None
        return waiting > 0 if before is None else received > before


def unsent_bytes(transport: Any) -> int:
    """Bytes written to `transport` that the system has not taken yet; 0 if that is unknown.

    Bytes that the system has taken and the peer has not read count as sent. With TLS the buffers
    before and after the encryption are added, as each byte is in one of them only.
    """
    total = 0
    while transport is not None:
        attributes = getattr(transport, "__dict__", {})
        if "_tempDataLen" in attributes:  # a socket's transport, the lowest one
            return total + _socket_unsent(transport)
        total += _tls_unsent(attributes)
        transport = attributes.get("transport")
    return total


def is_flushed_socket(transport: Any) -> bool:
    """Whether `transport` is a plain socket's, and everything written is sent."""
    is_plain = isinstance(transport, SocketTransport) and not transport.TLS
    return is_plain and not _socket_unsent(transport)


def _socket_unsent(transport: Any) -> int:
    waiting: int = transport._tempDataLen + len(transport.dataBuffer) - transport.offset
    return waiting


def _tls_unsent(attributes: dict[str, Any]) -> int:
    gathered = getattr(attributes.get("_aggregator"), "_buffer", ())
    blocked = attributes.get("_appSendBuffer", ())
    return sum(map(len, gathered)) + sum(map(len, blocked))
