"""The leg to a UDP target: each message of the client is one datagram, and each answer a message.

Between a stream and datagrams the framing of the listener is the border: its frame is taken off
what goes into a datagram, and put around what comes out of one. Without a framing each chunk of the
stream is a datagram.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone, DNSLookupError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHostResolution,
    IReactorTime,
    IResolutionReceiver,
)
from twisted.internet.protocol import DatagramProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from app.faults.spec import Direction, Fault
from app.forwarding.link import TargetLink
from app.forwarding.target_leg import TargetLeg
from app.net.ip import LARGEST_DATAGRAM, LARGEST_READ, LOOPBACK, host_and_port, parse_ip
from app.net.sockets import ConnectedPort
from app.net.target import Target
from app.rules.rendering import WHOLE, Cutter, frame_of
from app.rules.spec import MessageFraming, Unframed
from app.rules.template import RenderError
from app.text.sentence import Sentence, system_reason, without_stop
from app.traffic.connection_info import RECEIVED, SENT, CloseKind

if TYPE_CHECKING:
    from app.faults.datagrams import DatagramPath
    from app.faults.listener import ListenerFaults

ANSWER_SECONDS: Final = 2.0
"""How long answers are waited for after the client has ended its side, since the last one."""


class Border:
    """Turns the bytes of a stream into datagrams, and datagrams into bytes of the stream."""

    def __init__(self, framing: MessageFraming, failed: Callable[[str], None]) -> None:
        """`failed` gets a sentence for what cannot pass."""
        self._cutter = Cutter(framing)
        self._frame = frame_of(framing)
        self._is_framed = not isinstance(framing, Unframed)
        self._failed = failed

    def datagrams(self, data: bytes, *, is_end: bool = False) -> Iterator[bytes]:
        """The datagrams that `data` completes; at the end also the rest."""
        messages = self._cutter.feed(data) if data else []
        if is_end:
            messages = messages + self._cutter.finish()
        for message, flaw in messages:
            is_whole = self._is_framed and flaw is WHOLE
            bare = self._cutter.bare(message) if is_whole else message
            if len(bare) <= LARGEST_DATAGRAM:
                yield bare
            elif is_whole:
                self._failed(
                    Sentence(
                        "message-too-long-for-datagram",
                        "a message of {count:,} bytes is too long for a datagram",
                        count=len(bare),
                    )
                )
            else:
                for start in range(0, len(bare), LARGEST_DATAGRAM):
                    yield bare[start : start + LARGEST_DATAGRAM]

    def stream(self, datagram: bytes) -> bytes:
        """The bytes for a datagram; none if it cannot be framed."""
        if self._frame is None:
            return datagram
        try:
            return self._frame(datagram)
        except RenderError as error:
            self._failed(without_stop(str(error)))
            return b""


class DatagramLeg(TargetLeg):
    """The leg to a UDP target. Its faults hit datagrams, not the connection."""

    def __init__(
        self,
        target: Target,
        link: TargetLink,
        seconds: Callable[[], float],
        framing: MessageFraming,
    ) -> None:
        super().__init__(target, link, seconds)
        self._border = Border(framing, self._report)
        self._paths: tuple[DatagramPath, DatagramPath] | None = None

    # From the target

    def datagramReceived(self, datagram: bytes) -> None:
        """The target sent one."""
        self.link.bytes_in += len(datagram)
        if self.tap is not None:
            self.tap(RECEIVED, datagram)
        if self._paths is not None:
            self._paths[1].put(datagram, ("", 0))
        else:
            self._pass_datagram(datagram)

    def _pass_datagram(self, datagram: bytes, address: object = None) -> None:
        if self.other is not None:
            self.pass_received(self._border.stream(datagram))

    # To the target

    def send(self, messages: list[bytes]) -> None:
        for each in messages:
            super().send([each])

    def pass_written(self, data: bytes) -> None:
        self._put(data)

    def end_writing(self) -> None:
        self._put(b"", is_end=True)
        self.transport.loseWriteConnection()

    def _put(self, data: bytes, *, is_end: bool = False) -> None:
        for datagram in self._border.datagrams(data, is_end=is_end):
            if self._paths is not None:
                self._paths[0].put(datagram, ("", 0))
            else:
                self._send(datagram)

    def _send(self, datagram: bytes, address: object = None) -> None:
        if self.is_lost:
            return
        try:
            self.transport.write(datagram)
        except OSError as error:
            self._report(system_reason(error))
            return
        self.link.bytes_out += len(datagram)
        if self.tap is not None:
            self.tap(SENT, datagram)

    # Faults

    def use_faults(self, faults: tuple[Fault, ...], shared: ListenerFaults) -> None:
        if self._paths is None and not faults:
            return
        from app.faults.datagrams import DatagramPath  # imported late: few legs have faults

        if self._paths is None:
            self._paths = (
                DatagramPath(Direction.IN, shared.schedule, shared.random, self._send),
                DatagramPath(Direction.OUT, shared.schedule, shared.random, self._pass_datagram),
            )
        for path in self._paths:
            path.replace(faults)
        if all(path.is_idle for path in self._paths):
            self._paths = None

    def pass_loss(self, reason: Failure) -> None:
        for path in self._paths or ():
            path.clear()
        super().pass_loss(reason)

    def refused(self) -> None:
        """The system of the target says that nobody listens."""
        self._report(Sentence("nothing-listens-there", "nothing listens there"))

    def _report(self, sentence: str) -> None:
        self.on_trouble(
            Sentence(
                "cannot-forward",
                "cannot forward to {target}: {sentence}",
                target=self.target,
                sentence=sentence,
            )
        )

    def _close_kind(self, reason: Failure) -> CloseKind:
        return CloseKind.CLOSED_HERE


class DatagramSocket(DatagramProtocol):
    """The connected UDP socket of a leg, which uses it as its transport."""

    transport: Any
    noisy = False

    def __init__(self, leg: DatagramLeg, clock: IReactorTime) -> None:
        self._leg = leg
        self._clock = clock
        self._silence: IDelayedCall | None = None
        self._heard_at = 0.0

    def open(self, reactor: Any, target: Target, host: str) -> None:
        """Bind and connect the socket. Raises `OSError` and Twisted's `CannotListenError`."""
        interface = target.local_host or ("::" if ":" in host else "")
        port = ConnectedPort(target.local_port, self, interface, LARGEST_READ, reactor)
        port.startListening()
        try:
            self.transport.connect(host, target.port)
        except BaseException:
            port.stopListening()
            raise
        self._leg.makeConnection(self)

    # From the socket

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        self._heard_at = self._clock.seconds()
        self._leg.datagramReceived(datagram)

    def connectionRefused(self) -> None:
        self._leg.refused()

    # The transport of the leg

    def getHost(self) -> IAddress:
        host: IAddress = self.transport.getHost()
        return host

    def getPeer(self) -> IAddress:
        host = self.transport.getHost()
        peer: IAddress = type(host)("UDP", *self.transport._connectedAddr)
        return peer

    def write(self, datagram: bytes) -> None:
        """Send one. Raises `OSError`."""
        if self.transport is not None:
            self.transport.write(datagram)

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Ignored: a datagram is sent at once or lost."""

    def unregisterProducer(self) -> None:
        """Ignored, as `registerProducer` is."""

    def pauseProducing(self) -> None:
        if self.transport is not None:
            self.transport.stopReading()

    def resumeProducing(self) -> None:
        if self.transport is not None:
            self.transport.startReading()

    def loseWriteConnection(self) -> None:
        """UDP has no end. Wait for answers for a time."""
        self._heard_at = self._clock.seconds()
        self._wait()

    def loseConnection(self) -> None:
        self._end(Failure(ConnectionDone()))

    def abortConnection(self) -> None:
        self._end(Failure(ConnectionAborted()))

    def _wait(self) -> None:
        left = self._heard_at + ANSWER_SECONDS - self._clock.seconds()
        if left > 0:
            self._silence = self._clock.callLater(left, self._wait)
        else:
            self._silence = None
            self._leg.readConnectionLost()

    def _end(self, reason: Failure) -> None:
        transport, self.transport = self.transport, None
        if transport is None:
            return
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        transport.stopListening()
        self._clock.callLater(0, self._leg.connectionLost, reason)  # as sockets: never in the call

    def stopProtocol(self) -> None:
        """The socket is closed; `_end` has told the leg."""


def connect_datagrams(reactor: Any, target: Target, leg: DatagramLeg) -> Deferred[DatagramLeg]:
    """Fires with `leg`, connected. Fails with `OSError`, or with `DNSLookupError`."""
    is_known = parse_ip(target.host) is not None
    found = succeed(target.host) if is_known else resolve(reactor, target.host)

    def open_socket(host: str) -> DatagramLeg:
        DatagramSocket(leg, reactor).open(reactor, target, host)
        return leg

    return found.addCallback(open_socket)


def resolve(reactor: Any, host: str) -> Deferred[str]:
    """Fires with an IP address of `host`; 127.0.0.1 if that is one. Fails with
    `DNSLookupError`."""
    receiver = _FirstAddress()
    reactor.nameResolver.resolveHostName(receiver, host, transportSemantics="UDP")
    return receiver.found


@implementer(IResolutionReceiver)
class _FirstAddress:
    def __init__(self) -> None:
        self.found: Deferred[str] = Deferred()
        self._hosts: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """There is nothing to keep of it: Twisted's resolver cannot be cancelled."""

    def addressResolved(self, address: IAddress) -> None:
        if (found := host_and_port(address)) is not None:
            self._hosts.append(found[0])

    def resolutionComplete(self) -> None:
        if self.found.called:  # it took too long
            return
        if not self._hosts:
            self.found.errback(DNSLookupError())
        else:
            self.found.callback(LOOPBACK if LOOPBACK in self._hosts else self._hosts[0])
