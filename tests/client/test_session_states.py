"""A state machine test of `Session`: its limits and states hold in any order of actions."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.error import (
    ConnectionAborted,
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
)

from app.client.session_messages import MAX_UNSENT_BYTES, SessionState
from tests.client.harness import TARGET, SessionHarness
from tests.client.transports import StagedTransport


class SessionStates(RuleBasedStateMachine):
    """The user, the peer and the clock act in any possible order."""

    def __init__(self) -> None:
        super().__init__()
        self.harness = SessionHarness()
        self.transport: StagedTransport | None = None

    def teardown(self) -> None:
        self._lose(ConnectionDone())

    def _lose(self, reason: Exception) -> None:
        if self.transport is not None and self.transport.protocol is not None:
            self.transport.lose(reason)
        self.transport = None

    @property
    def is_connecting(self) -> bool:
        return self.harness.session.state is SessionState.CONNECTING

    @property
    def is_alive(self) -> bool:
        transport = self.transport
        return transport is not None and transport.protocol is not None and not transport.aborted

    @rule()
    def connect(self) -> None:
        self.harness.session.connect(TARGET)

    @rule(size=st.sampled_from([0, 1, 70_000, MAX_UNSENT_BYTES]))
    def send(self, size: int) -> None:
        self.harness.session.send(bytes(size))

    @rule()
    def disconnect(self) -> None:
        self.harness.session.disconnect()

    @rule()
    def abort(self) -> None:
        self.harness.session.abort()

    @rule(seconds=st.sampled_from([0.1, 2.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.harness.clock.advance(seconds)

    @precondition(lambda self: self.is_connecting)
    @rule()
    def accept(self) -> None:
        self.transport = StagedTransport()
        self.harness.endpoint.open(self.transport)

    @precondition(lambda self: self.is_connecting)
    @rule()
    def refuse(self) -> None:
        self.harness.endpoint.result.errback(ConnectionRefusedError())

    @precondition(lambda self: self.is_alive)
    @rule()
    def receive(self) -> None:
        assert self.transport is not None
        assert self.transport.protocol is not None
        self.transport.protocol.dataReceived(b"words")

    @precondition(lambda self: self.is_alive)
    @rule()
    def flush(self) -> None:
        assert self.transport is not None
        self.transport.flush()

    @precondition(lambda self: self.is_alive)
    @rule()
    def end(self) -> None:
        assert self.transport is not None
        self.transport.end()

    @precondition(lambda self: self.transport is not None)
    @rule()
    def lose(self) -> None:
        self._lose(ConnectionLost() if self.is_alive else ConnectionAborted())

    @invariant()
    def is_consistent(self) -> None:
        session = self.harness.session
        waits = session.state in (SessionState.CONNECTING, SessionState.CLOSING)
        assert bool(session.bytes_unsent) <= (
            session.state in (SessionState.CONNECTED, SessionState.CLOSING)
        )
        assert session.bytes_unsent <= MAX_UNSENT_BYTES
        assert len(self.harness.clock.getDelayedCalls()) <= waits
        assert self.harness.wake_count == bool(len(session.transcript))


test_a_session_is_consistent_after_any_order_of_actions = SessionStates.TestCase
test_a_session_is_consistent_after_any_order_of_actions.settings = settings(
    deadline=None, max_examples=50
)
