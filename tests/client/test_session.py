from __future__ import annotations

import pytest
from twisted.internet.address import IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectionAborted,
    ConnectionDone,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.testing import MemoryReactorClock

from app.client.options import Options
from app.client.session import Session
from app.client.session_messages import MAX_UNSENT_BYTES, SessionState
from app.client.transcript import MAX_BYTES, EntryKind
from app.client.transport import WireObserver
from app.net.target import Target
from tests.client.harness import TARGET, SessionHarness
from tests.client.transports import StagedTransport


def test_a_failure_after_the_connection_was_made_is_only_logged(
    harness: SessionHarness, transport: StagedTransport, caplog: pytest.LogCaptureFixture
) -> None:
    harness.session.connect(TARGET)
    harness.endpoint.make(transport)
    harness.endpoint.result.errback(RuntimeError("strange"))
    assert harness.state() is SessionState.CONNECTED
    assert "strange" in caplog.text


def test_a_session_begins_idle(harness: SessionHarness) -> None:
    session = harness.session
    assert harness.state() is SessionState.IDLE
    assert session.target is None
    assert (session.bytes_in, session.bytes_out, session.bytes_unsent) == (0, 0, 0)
    assert not session.take_dirty()


def test_a_connection_is_made_and_logged(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    assert harness.session.connect(TARGET)
    assert harness.state() is SessionState.CONNECTING
    assert harness.session.target == TARGET
    assert harness.endpoint.asked == [(TARGET, Options())]
    harness.endpoint.open(transport)
    assert harness.state() is SessionState.CONNECTED
    assert harness.events == [
        "Connecting to 127.0.0.1:8007…",
        "Connected to 192.168.1.1:54321 from 10.0.0.1:12345.",
    ]
    assert harness.is_quiet()


def test_ipv6_addresses_are_logged_in_brackets(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    transport.peerAddr = IPv6Address("TCP", "::1", 8007)
    transport.hostAddr = IPv6Address("TCP", "::1", 50122)
    harness.connected(transport)
    assert harness.events[-1] == "Connected to [::1]:8007 from [::1]:50122."


def test_chunks_are_logged_with_their_time_and_counted(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    harness.clock.advance(5)
    assert session.send(b"hello\n")
    assert (session.bytes_out, session.bytes_unsent) == (0, 6)
    transport.flush()
    assert (session.bytes_out, session.bytes_unsent) == (6, 0)
    session_wire = transport.protocol
    assert session_wire is not None
    session_wire.dataReceived(b"hello\n")
    assert session.bytes_in == 6
    assert harness.said == [(EntryKind.SENT, b"hello\n"), (EntryKind.RECEIVED, b"hello\n")]
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
def test_a_failed_attempt_is_explained(
    harness: SessionHarness, failure: Exception, sentence: str
) -> None:
    harness.session.connect(TARGET)
    harness.endpoint.result.errback(failure)
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1].startswith(sentence)
    assert harness.is_quiet()


def test_an_endpoint_that_cannot_be_made_is_explained() -> None:
    def dial(
        reactor: object, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[object]:
        raise OSError("no such luck")

    session = Session(MemoryReactorClock(), wake=lambda: None, dial=dial)
    assert session.connect(TARGET)
    assert session.state is SessionState.CLOSED
    assert "no such luck" in str(session.transcript.entries[-1].data)


def test_an_attempt_without_an_answer_times_out(harness: SessionHarness) -> None:
    harness.session.connect(TARGET)
    harness.clock.advance(9.9)
    assert harness.state() is SessionState.CONNECTING
    harness.clock.advance(0.2)
    assert harness.state() is SessionState.CLOSED
    assert harness.endpoint.cancelled == 1
    assert harness.events[-1].startswith("127.0.0.1:8007 did not answer in time.")
    assert harness.is_quiet()


@pytest.mark.parametrize("leave", [Session.disconnect, Session.abort])
def test_disconnect_and_abort_cancel_the_attempt(harness: SessionHarness, leave: object) -> None:
    assert callable(leave)
    harness.session.connect(TARGET)
    assert leave(harness.session)
    assert harness.state() is SessionState.CLOSED
    assert harness.endpoint.cancelled == 1
    assert harness.events[-1] == "Connecting to 127.0.0.1:8007 was cancelled."
    assert harness.is_quiet()


def test_a_connection_that_comes_after_the_attempt_was_given_up_is_dropped(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    harness.session.connect(TARGET)
    harness.session.disconnect()
    harness.endpoint.open(transport)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "Connecting to 127.0.0.1:8007 was cancelled."


def test_a_close_by_the_peer_is_logged(harness: SessionHarness, transport: StagedTransport) -> None:
    harness.connected(transport)
    transport.end()
    assert harness.state() is SessionState.CLOSING
    transport.flush()
    assert harness.state() is SessionState.CLOSED
    assert harness.events[2:] == ["The peer closed the connection."]
    assert harness.is_quiet()


def test_the_rest_goes_to_a_peer_that_closed_only_its_side(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"rest")
    transport.end()
    transport.flush_all()
    assert transport.taken == b"rest"
    assert harness.state() is SessionState.CLOSED
    assert harness.events[2:] == [
        "The peer closed its side. Sending the remaining 4 bytes, then closing.",
        "The peer closed the connection.",
    ]


def test_a_reset_is_logged_with_the_unsent_bytes(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"x" * 100_000)
    transport.flush()
    transport.lose()
    assert harness.state() is SessionState.CLOSED
    assert session.bytes_out == 65_536
    assert harness.events[-1].startswith("The peer reset the connection.")
    assert harness.events[-1].endswith("Not sent: 34,464 bytes.")


def test_disconnecting_flushes_and_reads_on_until_the_peer_closes(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"x" * 100_000)
    assert session.disconnect()
    assert harness.state() is SessionState.CLOSING
    transport.flush_all()
    assert len(transport.taken) == 100_000
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"bye")
    transport.end()
    assert harness.state() is SessionState.CLOSED
    assert harness.said[-1] == (EntryKind.RECEIVED, b"bye")
    assert harness.events[2:] == ["Disconnected."]
    assert harness.is_quiet()


def test_disconnecting_waits_while_the_peer_reads(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"x" * 65_536 * 4)
    session.disconnect()
    for _ in range(4):
        harness.clock.advance(2.9)
        transport.flush()
    assert session.bytes_unsent == 0
    assert not transport.aborted


def test_disconnecting_from_a_peer_that_does_not_read_gives_up_and_says_so(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"rest")
    session.disconnect()
    harness.clock.advance(3)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert harness.state() is SessionState.CLOSED
    assert harness.events[2:] == [
        "The peer took nothing for 3 s. Giving it up.",
        "The connection was aborted. Not sent: 4 bytes.",
    ]


def test_giving_up_is_also_logged_if_the_system_has_all_data(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.disconnect()
    harness.clock.advance(3)
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert harness.events[2:] == [
        "The peer took nothing for 3 s. Giving it up.",
        "The connection was aborted.",
    ]


def test_disconnecting_from_a_peer_that_does_not_close_its_side_closes_anyway(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.disconnect()
    transport.flush()
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"and another thing")
    harness.clock.advance(3)
    assert harness.state() is SessionState.CLOSED
    assert not transport.aborted
    assert harness.events[2:] == ["Disconnected."]


def test_a_close_that_stalls_below_the_wire_is_aborted(
    harness: SessionHarness, transport: StagedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = harness.connected(transport)
    session.disconnect()
    transport.flush()
    # TLS does the same when it has unsent data for a peer that does not read.
    monkeypatch.setattr(transport, "loseConnection", lambda: None)
    harness.clock.advance(3)
    assert not transport.aborted
    harness.clock.advance(3)
    assert transport.aborted
    assert harness.events[-1] == "The peer took nothing for 3 s. Giving it up."
    transport.lose(ConnectionAborted())
    assert harness.state() is SessionState.CLOSED
    assert harness.is_quiet()


def test_aborting_drops_the_connection_even_while_it_closes(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"rest")
    session.disconnect()
    assert session.abort()
    assert transport.aborted
    transport.lose(ConnectionAborted())
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "The connection was aborted. Not sent: 4 bytes."
    assert harness.is_quiet()


def test_a_closed_session_connects_again_and_its_transcript_goes_on(
    harness: SessionHarness,
) -> None:
    first, second = StagedTransport(), StagedTransport()
    session = harness.connected(first)
    session.send(b"one")
    first.flush()
    first.lose(ConnectionDone())
    other = Target("localhost", 9000)
    assert session.connect(other)
    assert session.target == other
    assert session.bytes_out == 0
    harness.endpoint.open(second)
    assert session.send(b"two")
    assert second.value() == b"two"
    assert harness.said == [(EntryKind.SENT, b"one"), (EntryKind.SENT, b"two")]
    second.lose()


def test_a_call_that_is_not_possible_now_is_declined_with_a_reason(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.session
    declined = [
        session.send(b"x"),
        session.disconnect(),
        session.abort(),
    ]
    session.connect(TARGET)
    declined += [session.connect(TARGET), session.send(b"x")]
    harness.endpoint.open(transport)
    declined += [session.connect(TARGET), session.send(b"")]
    session.disconnect()
    declined += [session.disconnect(), session.send(b"x"), session.connect(TARGET)]
    transport.lose(ConnectionDone())
    declined += [session.send(b"x"), session.disconnect()]
    assert declined == [False] * 12
    progress = {"Connecting to", "Connected to", "Disconnected."}
    sentences = [e for e in harness.events if not any(e.startswith(p) for p in progress)]
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
    assert len(harness.endpoint.asked) == 1


def test_a_peer_that_never_reads_cannot_make_memory_grow(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    half = bytes(MAX_UNSENT_BYTES // 2)
    assert session.send(half)
    assert session.send(half)
    assert not session.send(b"x")
    assert harness.events[-1].startswith("Not sent: 16,777,216 bytes still wait for the peer")
    assert session.bytes_unsent == MAX_UNSENT_BYTES
    transport.flush()
    assert session.send(b"x")


def test_data_above_the_limit_is_declined_as_a_whole(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    assert not session.send(bytes(MAX_UNSENT_BYTES + 1))
    assert (
        harness.events[-1] == "Not sent: 16,777,217 bytes are too much at once. Send it in parts."
    )
    assert transport.value() == b""
    assert harness.said == []


def test_all_bytes_of_a_flood_are_counted_and_the_transcript_is_limited(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    assert transport.protocol is not None
    for _ in range(200):
        transport.protocol.dataReceived(bytes(65_536))
    assert session.bytes_in == 200 * 65_536
    assert sum(len(entry.data) for entry in session.transcript.entries) <= MAX_BYTES


def test_wake_is_called_once_until_take_dirty(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    assert transport.protocol is not None
    transport.protocol.dataReceived(b"a")
    assert harness.wake_count == 1
    assert session.take_dirty()
    assert not session.take_dirty()
    transport.protocol.dataReceived(b"b")
    transport.protocol.dataReceived(b"c")
    assert harness.wake_count == 2


@pytest.mark.parametrize("change", ["flushed", "lost"])
def test_a_change_without_new_text_also_calls_wake(
    harness: SessionHarness, transport: StagedTransport, change: str
) -> None:
    session = harness.connected(transport)
    session.send(b"x")
    session.take_dirty()
    if change == "flushed":
        transport.flush()
    else:
        transport.lose()
    assert session.take_dirty()


def test_plain_text_to_a_peer_that_speaks_tls_gets_a_hint(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    harness.connected(transport)
    assert transport.protocol is not None
    for _ in range(2):
        transport.protocol.dataReceived(b"\x15\x03\x03\x00\x02\x02\x0a")
    hint = "The peer speaks TLS. Disconnect, and connect with tls: in front."
    assert harness.events.count(hint) == 1
