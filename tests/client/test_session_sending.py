"""Round-trip times, half-closing and files of a session."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import MemoryReactorClock

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.traffic.connection_info import RECEIVED, SENT
from tests.client.harness import TARGET, SessionHarness, StagedDial
from tests.client.transports import StagedTransport


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def answer(transport: StagedTransport, data: bytes) -> None:
    assert transport.protocol is not None
    transport.protocol.dataReceived(data)


def test_the_first_answer_to_a_send_says_how_long_it_took(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    answer(transport, b"unasked")
    session.send(b"one")
    harness.clock.advance(1)
    session.send(b"two")
    harness.clock.advance(0.25)
    answer(transport, b"the answer")
    answer(transport, b"and more")
    took = [e.round_trip for e in session.transcript.entries if e.kind is EntryKind.RECEIVED]
    assert took == [None, 0.25, None]


def test_a_clock_that_is_set_back_changes_no_round_trip_and_no_order(
    harness: SessionHarness, transport: StagedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, set_by = harness.clock, [5000.0]
    monkeypatch.setattr(clock, "unix_seconds", lambda: clock.seconds() + set_by[0], raising=False)
    session = Session(clock, wake=lambda: None, dial=harness.endpoint)
    session.connect(TARGET)
    harness.endpoint.open(transport)
    session.send(b"one")
    set_by[0] -= 3600
    clock.advance(0.25)
    answer(transport, b"the answer")
    times = [each.time for each in session.transcript.entries]
    assert times == sorted(times)
    assert times[-1] == session.unix_seconds() == clock.seconds() + 5000
    assert session.transcript.entries[-1].round_trip == 0.25
    transport.lose()


def test_a_later_connection_has_no_round_trip_from_before(harness: SessionHarness) -> None:
    first, second = StagedTransport(), StagedTransport()
    session = harness.connected(first)
    session.send(b"one")
    first.lose()
    harness.connected(second)
    answer(second, b"hello")
    assert session.transcript.entries[-1].round_trip is None
    second.lose()


def test_half_close_keeps_the_receiving_side_open(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.send(b"last words")
    assert session.can_half_close
    assert session.half_close()
    assert harness.state() is SessionState.HALF_CLOSED
    assert not session.can_half_close
    transport.flush_all()
    assert transport.taken == b"last words"
    assert transport.half_closed
    assert not session.send(b"x")
    assert not session.half_close()
    harness.clock.advance(1000)
    answer(transport, b"still here")
    assert harness.said[-1] == (EntryKind.RECEIVED, b"still here")
    transport.end()
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "The peer closed the connection."


def test_a_half_closed_session_can_be_disconnected(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    session = harness.connected(transport)
    session.half_close()
    transport.flush()
    assert session.disconnect()
    harness.clock.advance(3)
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "Disconnected."


def test_a_file_is_sent_as_fast_as_the_peer_reads(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    assert session.send_file(file)
    assert session.file is not None
    assert session.bytes_unsent == 65_536
    transport.flush()
    assert session.file.bytes_sent == 65_536
    harness.clock.advance(2)
    assert session.file.rate(harness.clock.seconds()) == 32_768
    transport.flush_all()
    assert session.file is None
    assert transport.taken == file.read_bytes()
    assert session.bytes_out == 256_000
    assert harness.said == []
    assert harness.events[2:] == [
        "Sending file big.bin, 256,000 bytes…",
        "Sent file big.bin, 256,000 bytes in 2.0 s (128.0 kB/s).",
    ]


def test_every_byte_of_a_file_goes_to_the_tap(file: Path, transport: StagedTransport) -> None:
    tapped: list[tuple[bool, bytes]] = []
    dial = StagedDial()
    harness = SessionHarness()
    session = Session(
        harness.clock,
        wake=lambda: None,
        dial=dial,
        tap=lambda _time, _number, sent, data: tapped.append((sent, data)),
    )
    session.connect(TARGET)
    dial.open(transport)
    session.send_file(file)
    transport.flush_all()
    assert all(sent is SENT for sent, _ in tapped)
    assert b"".join(data for _, data in tapped) == file.read_bytes()


def test_typed_data_is_sent_before_a_file_and_never_inside_it(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send(b"x" * 100_000)
    session.send_file(file)
    assert not session.send(b"typed meanwhile")
    assert not session.send_file(file)
    assert harness.events[-2:] == [
        "Not sent: big.bin is being sent. Wait for its end, or cancel it.",
        "Not sent: big.bin is still being sent.",
    ]
    transport.flush_all()
    assert transport.taken == b"x" * 100_000 + file.read_bytes()
    assert session.send(b"after")


def test_sending_a_file_can_be_cancelled(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send_file(file)
    transport.flush()
    assert session.cancel_file()
    transport.flush_all()
    assert harness.events[-1] == "Cancelled sending file big.bin after 65,536 of 256,000 bytes."
    assert len(transport.taken) == 131_072  # one piece was under way
    assert not session.cancel_file()
    assert session.send(b"go on")


def test_half_close_waits_for_the_end_of_the_file(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send_file(file)
    session.half_close()
    transport.flush_all()
    assert transport.taken == file.read_bytes()
    assert transport.half_closed


def test_disconnect_cancels_the_file(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send_file(file)
    session.disconnect()
    assert session.file is None
    transport.flush_all()
    transport.end()
    assert harness.events[3].startswith("Cancelled sending file big.bin")
    assert harness.events[-1] == "Disconnected."


def test_the_end_of_a_connection_reports_the_progress_of_the_file(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send_file(file)
    transport.flush()
    transport.lose()
    assert session.file is None
    assert harness.events[3] == (
        "The connection ended, so stopped sending file big.bin after 65,536 of 256,000 bytes."
    )


def test_a_file_that_shrinks_is_sent_up_to_its_new_end(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    session = harness.connected(transport)
    session.send_file(file)
    os.truncate(file, 70_000)
    transport.flush_all()
    assert harness.events[-1].startswith("Sent file big.bin, 70,000 bytes")


def test_an_empty_file_is_sent_immediately(
    harness: SessionHarness, transport: StagedTransport, tmp_path: Path
) -> None:
    session = harness.connected(transport)
    (tmp_path / "empty").touch()
    assert session.send_file(tmp_path / "empty")
    assert session.file is None
    assert harness.events[-1] == "Sent file empty, 0 bytes in 0.0 s (0 B/s)."


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_a_path_that_is_not_a_file_is_declined(
    harness: SessionHarness, transport: StagedTransport, tmp_path: Path, kind: str
) -> None:
    session = harness.connected(transport)
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    assert not session.send_file(path)
    assert harness.events[-1].startswith(f"Not sent: {kind} ")
    assert session.send(b"go on")


def test_a_file_needs_a_connection(
    harness: SessionHarness, transport: StagedTransport, file: Path
) -> None:
    assert not harness.session.send_file(file)
    assert not harness.session.cancel_file()
    harness.connected(transport)
    transport.lose(ConnectionDone())
    assert not harness.session.send_file(file)


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
