from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.address import IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectionAborted,
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.testing import MemoryReactorClock

from app.client.session import Session
from app.client.session_messages import MAX_UNSENT_BYTES, SessionState
from app.client.target import Options, Target
from app.client.transcript import MAX_BYTES, EntryKind
from app.client.transport import WireObserver
from app.traffic.connection_info import RECEIVED, SENT
from tests.client.staged import TARGET, Desk, StagedDial
from tests.client.transports import StagedTransport


def test_a_failure_after_the_connection_was_made_is_logged_and_costs_nothing(
    desk: Desk, transport: StagedTransport, caplog: pytest.LogCaptureFixture
) -> None:
    desk.session.connect(TARGET)
    desk.endpoint.make(transport)
    desk.endpoint.result.errback(RuntimeError("strange"))
    assert desk.state() is SessionState.CONNECTED
    assert "strange" in caplog.text


def test_a_session_begins_idle(desk: Desk) -> None:
    session = desk.session
    assert desk.state() is SessionState.IDLE
    assert session.target is None
    assert (session.bytes_in, session.bytes_out, session.bytes_unsent) == (0, 0, 0)
    assert not session.take_dirty()


def test_a_connection_is_made_and_told(desk: Desk, transport: StagedTransport) -> None:
    assert desk.session.connect(TARGET)
    assert desk.state() is SessionState.CONNECTING
    assert desk.session.target == TARGET
    assert desk.endpoint.asked == [(TARGET, Options())]
    desk.endpoint.open(transport)
    assert desk.state() is SessionState.CONNECTED
    assert desk.events == [
        "Connecting to 127.0.0.1:8007…",
        "Connected to 192.168.1.1:54321 from 10.0.0.1:12345.",
    ]
    assert desk.is_quiet()


def test_ipv6_addresses_are_told_in_brackets(desk: Desk, transport: StagedTransport) -> None:
    transport.peerAddr = IPv6Address("TCP", "::1", 8007)
    transport.hostAddr = IPv6Address("TCP", "::1", 50122)
    desk.connected(transport)
    assert desk.events[-1] == "Connected to [::1]:8007 from [::1]:50122."


def test_what_is_said_is_recorded_with_its_time_and_counted(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    desk.clock.advance(5)
    assert session.send(b"hello\n")
    assert (session.bytes_out, session.bytes_unsent) == (0, 6)
    transport.flush()
    assert (session.bytes_out, session.bytes_unsent) == (6, 0)
    session_wire = transport.protocol
    assert session_wire is not None
    session_wire.dataReceived(b"hello\n")
    assert session.bytes_in == 6
    assert desk.said == [(EntryKind.SENT, b"hello\n"), (EntryKind.RECEIVED, b"hello\n")]
    assert [entry.time for entry in session.transcript.entries][-2:] == [5.0, 5.0]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (ConnectionRefusedError(), "Nothing listens on 127.0.0.1:8007."),
        (DNSLookupError(), "No address is known for 127.0.0.1."),
        (RuntimeError("strange"), "Could not connect to 127.0.0.1:8007: strange."),
    ],
    ids=["refused", "no such name", "anything else"],
)
def test_a_failed_attempt_is_explained(desk: Desk, failure: Exception, sentence: str) -> None:
    desk.session.connect(TARGET)
    desk.endpoint.result.errback(failure)
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1].startswith(sentence)
    assert desk.is_quiet()


def test_an_endpoint_that_cannot_even_be_made_is_explained() -> None:
    def dial(
        reactor: object, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[object]:
        raise OSError("no such luck")

    session = Session(MemoryReactorClock(), wake=lambda: None, dial=dial)
    assert session.connect(TARGET)
    assert session.state is SessionState.CLOSED
    assert "no such luck" in str(session.transcript.entries[-1].data)


def test_an_attempt_without_an_answer_is_given_up(desk: Desk) -> None:
    desk.session.connect(TARGET)
    desk.clock.advance(9.9)
    assert desk.state() is SessionState.CONNECTING
    desk.clock.advance(0.2)
    assert desk.state() is SessionState.CLOSED
    assert desk.endpoint.cancelled == 1
    assert desk.events[-1].startswith("127.0.0.1:8007 did not answer in time.")
    assert desk.is_quiet()


@pytest.mark.parametrize("leave", [Session.disconnect, Session.abort])
def test_leaving_while_connecting_cancels_the_attempt(desk: Desk, leave: object) -> None:
    assert callable(leave)
    desk.session.connect(TARGET)
    assert leave(desk.session)
    assert desk.state() is SessionState.CLOSED
    assert desk.endpoint.cancelled == 1
    assert desk.events[-1] == "Connecting to 127.0.0.1:8007 was cancelled."
    assert desk.is_quiet()


def test_a_connection_that_comes_after_the_attempt_was_given_up_is_dropped(
    desk: Desk, transport: StagedTransport
) -> None:
    desk.session.connect(TARGET)
    desk.session.disconnect()
    desk.endpoint.open(transport)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "Connecting to 127.0.0.1:8007 was cancelled."


def test_the_peer_closing_is_told(desk: Desk, transport: StagedTransport) -> None:
    desk.connected(transport)
    transport.end()
    assert desk.state() is SessionState.CLOSING
    transport.flush()
    assert desk.state() is SessionState.CLOSED
    assert desk.events[2:] == ["The peer closed the connection."]
    assert desk.is_quiet()


def test_the_rest_goes_to_a_peer_that_closed_only_its_side(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.send(b"rest")
    transport.end()
    transport.flush_all()
    assert transport.taken == b"rest"
    assert desk.state() is SessionState.CLOSED
    assert desk.events[2:] == [
        "The peer closed its side. Sending the remaining 4 bytes, then closing.",
        "The peer closed the connection.",
    ]


def test_a_reset_is_told_with_what_was_not_sent(desk: Desk, transport: StagedTransport) -> None:
    session = desk.connected(transport)
    session.send(b"x" * 100_000)
    transport.flush()
    transport.lose()
    assert desk.state() is SessionState.CLOSED
    assert session.bytes_out == 65_536
    assert desk.events[-1].startswith("The peer reset the connection.")
    assert desk.events[-1].endswith("Not sent: 34,464 bytes.")


def test_disconnecting_flushes_and_reads_on_until_the_peer_closes(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.send(b"x" * 100_000)
    assert session.disconnect()
    assert desk.state() is SessionState.CLOSING
    transport.flush_all()
    assert len(transport.taken) == 100_000
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"bye")
    transport.end()
    assert desk.state() is SessionState.CLOSED
    assert desk.said[-1] == (EntryKind.RECEIVED, b"bye")
    assert desk.events[2:] == ["Disconnected."]
    assert desk.is_quiet()


def test_disconnecting_waits_as_long_as_the_peer_takes_something(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.send(b"x" * 65_536 * 4)
    session.disconnect()
    for _ in range(4):
        desk.clock.advance(2.9)
        transport.flush()
    assert session.bytes_unsent == 0
    assert not transport.aborted


def test_disconnecting_from_a_peer_that_takes_nothing_gives_up_and_says_so(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.send(b"rest")
    session.disconnect()
    desk.clock.advance(3)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert desk.state() is SessionState.CLOSED
    assert desk.events[2:] == [
        "The peer took nothing for 3 s. Giving it up.",
        "The connection was aborted. Not sent: 4 bytes.",
    ]


def test_giving_up_is_told_too_when_the_system_has_all_but_the_peer_takes_nothing(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.disconnect()
    desk.clock.advance(3)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert desk.events[2:] == [
        "The peer took nothing for 3 s. Giving it up.",
        "The connection was aborted.",
    ]


def test_disconnecting_from_a_peer_that_does_not_close_its_side_closes_anyway(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.disconnect()
    transport.flush()
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"and another thing")
    desk.clock.advance(3)
    assert desk.state() is SessionState.CLOSED
    assert not transport.aborted
    assert desk.events[2:] == ["Disconnected."]


def test_a_close_that_gets_stuck_below_the_wire_is_given_up_too(
    desk: Desk, transport: StagedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.connected(transport)
    session.disconnect()
    transport.flush()
    # As TLS does it that has something left for a peer that does not read.
    monkeypatch.setattr(transport, "loseConnection", lambda: None)
    desk.clock.advance(3)
    assert not transport.aborted
    desk.clock.advance(3)
    assert transport.aborted
    assert desk.events[-1] == "The peer took nothing for 3 s. Giving it up."
    transport.lose(ConnectionAborted())
    assert desk.state() is SessionState.CLOSED
    assert desk.is_quiet()


def test_aborting_drops_the_connection_even_while_it_closes(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    session.send(b"rest")
    session.disconnect()
    assert session.abort()
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "The connection was aborted. Not sent: 4 bytes."
    assert desk.is_quiet()


def test_a_closed_session_connects_again_and_its_transcript_goes_on(desk: Desk) -> None:
    first, second = StagedTransport(), StagedTransport()
    session = desk.connected(first)
    session.send(b"one")
    first.flush()
    first.lose(ConnectionDone())
    other = Target("localhost", 9000)
    assert session.connect(other)
    assert session.target == other
    assert session.bytes_out == 0
    desk.endpoint.open(second)
    assert session.send(b"two")
    assert second.value() == b"two"
    assert desk.said == [(EntryKind.SENT, b"one"), (EntryKind.SENT, b"two")]
    second.lose()


def test_what_cannot_be_done_now_is_harmless_and_explained(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.session
    declined = [
        session.send(b"x"),
        session.disconnect(),
        session.abort(),
    ]
    session.connect(TARGET)
    declined += [session.connect(TARGET), session.send(b"x")]
    desk.endpoint.open(transport)
    declined += [session.connect(TARGET), session.send(b"")]
    session.disconnect()
    declined += [session.disconnect(), session.send(b"x"), session.connect(TARGET)]
    transport.lose(ConnectionDone())
    declined += [session.send(b"x"), session.disconnect()]
    assert declined == [False] * 12
    progress = {"Connecting to", "Connected to", "Disconnected."}
    sentences = [e for e in desk.events if not any(e.startswith(p) for p in progress)]
    assert sentences == [
        "Not sent: connect first.",
        "There is nothing to disconnect.",
        "There is nothing to abort.",
        "Still connecting: disconnect first, then connect.",
        "Not sent: still connecting. Send again once the connection is there.",
        "Still connected: disconnect first, then connect.",
        "Nothing to send: type something, or choose a line ending.",
        "Already closing. Abort to drop the connection at once.",
        "Not sent: the connection is closing.",
        "Still closing: disconnect first, then connect.",
        "Not sent: the connection is closed. Connect again first.",
        "There is nothing to disconnect.",
    ]
    assert len(desk.endpoint.asked) == 1


def test_a_peer_that_never_reads_cannot_make_memory_grow(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    half = bytes(MAX_UNSENT_BYTES // 2)
    assert session.send(half)
    assert session.send(half)
    assert not session.send(b"x")
    assert desk.events[-1].startswith("Not sent: 16,777,216 bytes still wait for the peer")
    assert session.bytes_unsent == MAX_UNSENT_BYTES
    transport.flush()
    assert session.send(b"x")


def test_more_than_fits_at_all_is_declined_as_a_whole(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    assert not session.send(bytes(MAX_UNSENT_BYTES + 1))
    assert desk.events[-1] == "Not sent: 16,777,217 bytes are too much at once. Send it in parts."
    assert transport.value() == b""
    assert desk.said == []


def test_a_flood_is_counted_whole_and_kept_within_bounds(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    assert transport.protocol is not None
    for _ in range(200):
        transport.protocol.dataReceived(bytes(65_536))
    assert session.bytes_in == 200 * 65_536
    assert sum(len(entry.data) for entry in session.transcript.entries) <= MAX_BYTES


def test_the_window_is_woken_once_until_it_has_looked(
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"a")
    assert desk.woken == 1
    assert session.take_dirty()
    assert not session.take_dirty()
    transport.protocol.dataReceived(b"b")
    transport.protocol.dataReceived(b"c")
    assert desk.woken == 2


@pytest.mark.parametrize("change", ["flushed", "lost"])
def test_a_change_without_new_text_wakes_the_window_too(
    desk: Desk, transport: StagedTransport, change: str
) -> None:
    session = desk.connected(transport)
    session.send(b"x")
    session.take_dirty()
    if change == "flushed":
        transport.flush()
    else:
        transport.lose()
    assert session.take_dirty()


def test_every_chunk_goes_to_the_tap_under_the_number_of_its_connection() -> None:
    tapped: list[tuple[float, int, bool, bytes]] = []
    clock, endpoint = MemoryReactorClock(), StagedDial()
    session = Session(
        clock,
        wake=lambda: None,
        dial=endpoint,
        tap=lambda *chunk: tapped.append(chunk),
        numbers=itertools.count(7),
    )
    assert session.number == 0
    for words in (b"one", b"two"):
        clock.advance(1)
        transport = StagedTransport()
        session.connect(TARGET)
        endpoint.open(transport)
        session.send(words)
        assert transport.protocol is not None
        transport.protocol.dataReceived(words.upper())
        transport.lose(ConnectionDone())
    assert session.number == 8
    assert tapped == [
        (1.0, 7, SENT, b"one"),
        (1.0, 7, RECEIVED, b"ONE"),
        (2.0, 8, SENT, b"two"),
        (2.0, 8, RECEIVED, b"TWO"),
    ]


def test_plain_text_to_a_peer_that_speaks_tls_gets_a_hint(
    desk: Desk, transport: StagedTransport
) -> None:
    desk.connected(transport)
    assert transport.protocol is not None
    for _ in range(2):
        transport.protocol.dataReceived(b"\x15\x03\x03\x00\x02\x02\x0a")
    hint = "The peer speaks TLS. Disconnect, and connect with tls: in front."
    assert desk.events.count(hint) == 1


class Conversation(RuleBasedStateMachine):
    """A person, a peer and the clock, in any order that they may act in."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.transport: StagedTransport | None = None

    def teardown(self) -> None:
        self._drop(ConnectionDone())

    def _drop(self, reason: Exception) -> None:
        if self.transport is not None and self.transport.protocol is not None:
            self.transport.lose(reason)
        self.transport = None

    @property
    def attempting(self) -> bool:
        return self.desk.session.state is SessionState.CONNECTING

    @property
    def live(self) -> bool:
        transport = self.transport
        return transport is not None and transport.protocol is not None and not transport.aborted

    @rule()
    def connect(self) -> None:
        self.desk.session.connect(TARGET)

    @rule(size=st.sampled_from([0, 1, 70_000, MAX_UNSENT_BYTES]))
    def send(self, size: int) -> None:
        self.desk.session.send(bytes(size))

    @rule()
    def disconnect(self) -> None:
        self.desk.session.disconnect()

    @rule()
    def abort(self) -> None:
        self.desk.session.abort()

    @rule(seconds=st.sampled_from([0.1, 2.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.desk.clock.advance(seconds)

    @precondition(lambda self: self.attempting)
    @rule()
    def accept(self) -> None:
        self.transport = StagedTransport()
        self.desk.endpoint.open(self.transport)

    @precondition(lambda self: self.attempting)
    @rule()
    def refuse(self) -> None:
        self.desk.endpoint.result.errback(ConnectionRefusedError())

    @precondition(lambda self: self.live)
    @rule()
    def speak(self) -> None:
        assert self.transport is not None
        assert self.transport.protocol is not None
        self.transport.protocol.dataReceived(b"words")

    @precondition(lambda self: self.live)
    @rule()
    def take(self) -> None:
        assert self.transport is not None
        self.transport.flush()

    @precondition(lambda self: self.live)
    @rule()
    def end(self) -> None:
        assert self.transport is not None
        self.transport.end()

    @precondition(lambda self: self.transport is not None)
    @rule()
    def lose(self) -> None:
        self._drop(ConnectionLost() if self.live else ConnectionAborted())

    @invariant()
    def is_consistent(self) -> None:
        session = self.desk.session
        waits = session.state in (SessionState.CONNECTING, SessionState.CLOSING)
        assert bool(session.bytes_unsent) <= (
            session.state in (SessionState.CONNECTED, SessionState.CLOSING)
        )
        assert session.bytes_unsent <= MAX_UNSENT_BYTES
        assert len(self.desk.clock.getDelayedCalls()) <= waits
        assert self.desk.woken == bool(len(session.transcript))


test_no_order_of_acts_confuses_a_session = Conversation.TestCase
test_no_order_of_acts_confuses_a_session.settings = settings(deadline=None, max_examples=50)
