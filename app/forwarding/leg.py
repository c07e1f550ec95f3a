"""One of the two connections of a relay. What one reads, the other writes.

Each leg is the push producer of the other's transport, so a slow reader on one side stops the
reading on the other, in that direction alone. The end of one direction is passed on as a
half-close, and a reset as a reset. Over TLS, which has no half-close in Twisted, an end is passed
on as TLS closes: `close_notify`, after which the target may still send.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IPushProducer,
    IReactorTime,
    ISSLTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.forwarding.stream import MessageStream
from app.text.sentence import Sentence


class Pause(Enum):
    """A reason to read nothing from a leg."""

    CONNECTING = Sentence("leg-connecting", "connecting")
    FULL = Sentence("other-leg-slow", "the other leg does not keep up")
    HELD = Sentence("too-many-held", "too many messages are held")
    FAULTS = Sentence("other-leg-faults", "faults of the other leg hold as much as they may")


@implementer(IHalfCloseableProtocol, IPushProducer)
class Leg(Protocol):
    """One of the two connections of a relay. Its subclasses say what they are connected to."""

    transport: Any
    other: Leg | None = None
    """Set when both legs are connected."""

    stream: MessageStream | None = None
    """Changes what this leg reads; `None` passes it on as it is."""

    def __init__(self) -> None:
        self.has_ended = False
        """Whether its peer sends nothing more."""
        self.is_shut = False
        """Whether nothing more is written to its peer."""
        self.is_lost = False
        self._pauses: set[Pause] = set()

    def join(self, other: Leg, stream: MessageStream | None) -> None:
        """Pass everything to `other` from now on, changed by `stream`."""
        self.other = other
        other.transport.registerProducer(self, True)
        self.use_stream(stream)

    def use_stream(self, stream: MessageStream | None) -> None:
        """Let `stream` change what is read from now on."""
        self.stream = stream
        if stream is not None:
            stream.on_released = self._released

    def update_stream(self, *, is_needed: bool) -> None:
        """Let the stream follow its listener, and leave it out if it is not needed any more."""
        stream, other = self.stream, self.other
        if stream is None or other is None:
            return
        other.send(stream.update())
        if not is_needed and not stream.is_waiting:
            other.send(stream.finish())
            self.stream = None

    # Reading

    def dataReceived(self, data: bytes) -> None:
        other = self.other
        assert other is not None
        if self.stream is None:
            if not other.is_shut:
                other.write(data)
            return
        other.send(self.stream.feed(data))
        if self.stream.is_full:
            self.pause(Pause.HELD)

    def readConnectionLost(self) -> None:
        self.has_ended = True
        if self.other is not None:
            self.pass_end()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.is_lost = self.is_shut = True
        other = self.other
        if other is None:
            return
        if self.stream is not None:
            other.send(self.stream.release_all())
        if other.is_lost:
            return
        if reason.check(ConnectionDone):
            other.close()
        else:
            other.abort()

    # Writing

    def write(self, data: bytes) -> None:
        """Write `data` to the peer."""
        self.transport.write(data)

    def send(self, messages: list[bytes]) -> None:
        """Write `messages` to the peer, unless its direction is over."""
        data = messages[0] if len(messages) == 1 else b"".join(messages)
        if data and not self.is_shut:
            self.write(data)

    def shut(self) -> None:
        """Write nothing more, and tell the peer so when everything is written."""
        if self.is_shut:
            return
        self.is_shut = True
        # A transport may keep back its half-close while it has a producer.
        self.transport.unregisterProducer()
        self.end_writing()

    def close(self) -> None:
        """Close both directions when everything is written."""
        if not self.is_shut:
            self.transport.unregisterProducer()
        self.is_shut = True
        self.lose()

    def end_writing(self) -> None:
        """Half-close the transport, or close it if it has no half-close."""
        if can_half_close(self.transport):
            self.transport.loseWriteConnection()
        else:
            self.transport.loseConnection()

    def lose(self) -> None:
        """Close the transport when everything is written."""
        self.transport.loseConnection()

    def abort(self) -> None:
        """Reset the connection."""
        self.transport.abortConnection()

    def leave(self, clock: IReactorTime) -> None:
        """The other leg is gone."""

    def let_go(self) -> None:
        """Hold nothing back any more."""

    def writeConnectionLost(self) -> None:
        """Everything is written, and the peer knows that nothing more comes."""

    # Backpressure: called by the transport of the other leg

    def pauseProducing(self) -> None:
        self.pause(Pause.FULL)

    def resumeProducing(self) -> None:
        self.resume(Pause.FULL)

    def stopProducing(self) -> None:
        """The other leg is lost: its `connectionLost` follows."""

    def pause(self, why: Pause) -> None:
        """Read nothing until `resume` is called for the same reason."""
        if not self._pauses:
            self.source.pauseProducing()
        self._pauses.add(why)

    def resume(self, why: Pause) -> None:
        """Read on, unless there is another reason not to."""
        if why not in self._pauses:
            return
        self._pauses.discard(why)
        if not self._pauses and not self.has_ended and not self.is_lost:
            self.source.resumeProducing()

    @property
    def is_paused(self) -> bool:
        """Whether nothing is read for any reason."""
        return bool(self._pauses)

    @property
    def source(self) -> Any:
        """What stops and resumes reading."""
        return self.transport

    def pass_end(self) -> None:
        """Nothing more comes from this leg: end the direction, after what is held."""
        other = self.other
        assert other is not None
        if self.stream is not None:
            other.send(self.stream.finish())
            if self.stream.is_waiting:
                return
        other.shut()
        if self.is_shut and not self.is_lost:
            self.lose()
            if not other.is_lost:
                other.lose()

    def _released(self, messages: list[bytes]) -> None:
        """Messages that were held pass on."""
        other, stream = self.other, self.stream
        if other is None or stream is None:
            return
        other.send(messages)
        if not stream.is_full:
            self.resume(Pause.HELD)
        if self.has_ended and not stream.is_waiting:
            self.pass_end()


def can_half_close(transport: Any) -> bool:
    """Whether one direction alone can be ended."""
    has_tls = ISSLTransport.providedBy(transport)
    return not has_tls and hasattr(transport, "loseWriteConnection")
