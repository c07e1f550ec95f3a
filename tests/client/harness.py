"""A session with a fake clock, whose connections the test makes."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactorClock

from app.client.options import Options
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.client.transport import WireFactory, WireObserver
from app.net.target import Target
from tests.client.transports import StagedTransport

TARGET = Target("127.0.0.1", 8007)


class StagedDial:
    """A `Dial` whose attempts succeed or fail when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Target, Options]] = []
        self.cancelled = 0

    def __call__(
        self, reactor: object, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[object]:
        self.asked.append((target, options))
        self.factory = WireFactory(observer)
        self.result: Deferred[object] = Deferred(self._cancel)
        return self.result

    def _cancel(self, result: Deferred[object]) -> None:
        # `HostnameEndpoint` fails like this when it is cancelled during name resolution.
        self.cancelled += 1
        result.errback(DNSLookupError())

    def make(self, transport: StagedTransport) -> Protocol:
        protocol = self.factory.buildProtocol(transport.getPeer())
        transport.connect(protocol)
        return protocol

    def open(self, transport: StagedTransport) -> None:
        protocol = self.make(transport)
        if not self.result.called:
            self.result.callback(protocol)


class SessionHarness:
    """A session with a fake clock and a staged dial. It counts the calls of `wake`."""

    def __init__(self) -> None:
        self.clock = MemoryReactorClock()
        self.endpoint = StagedDial()
        self.wake_count = 0
        self.session = Session(self.clock, wake=self.wake, dial=self.endpoint)

    def wake(self) -> None:
        self.wake_count += 1

    def connected(self, transport: StagedTransport) -> Session:
        self.session.connect(TARGET)
        self.endpoint.open(transport)
        return self.session

    def state(self) -> SessionState:
        return self.session.state

    @property
    def events(self) -> list[str]:
        return [str(e.data) for e in self.session.transcript.entries if isinstance(e.data, str)]

    @property
    def said(self) -> list[tuple[EntryKind, bytes | str]]:
        return [
            (e.kind, e.data) for e in self.session.transcript.entries if isinstance(e.data, bytes)
        ]

    def is_quiet(self) -> bool:
        return not self.clock.getDelayedCalls()
