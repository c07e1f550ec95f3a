"""How a session times answers, closes one side alone, and sends files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from twisted.internet.error import ConnectionDone

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.traffic.connection_info import SENT
from tests.client.staged import TARGET, Desk, StagedDial
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
    desk: Desk, transport: StagedTransport
) -> None:
    session = desk.connected(transport)
    answer(transport, b"unasked")
    session.send(b"one")
    desk.clock.advance(1)
    session.send(b"two")
    desk.clock.advance(0.25)
    answer(transport, b"the answer")
    answer(transport, b"and more")
    took = [e.round_trip for e in session.transcript.entries if e.kind is EntryKind.RECEIVED]
    assert took == [None, 0.25, None]


def test_an_answer_on_a_later_connection_answers_nothing(desk: Desk) -> None:
    first, second = StagedTransport(), StagedTransport()
    session = desk.connected(first)
    session.send(b"one")
    first.lose()
    desk.connected(second)
    answer(second, b"hello")
    assert session.transcript.entries[-1].round_trip is None
    second.lose()


def test_one_side_is_closed_and_the_other_goes_on(desk: Desk, transport: StagedTransport) -> None:
    session = desk.connected(transport)
    session.send(b"last words")
    assert session.can_half_close
    assert session.half_close()
    assert desk.state() is SessionState.HALF_CLOSED
    assert not session.can_half_close
    transport.flush_all()
    assert transport.taken == b"last words"
    assert transport.half_closed
    assert not session.send(b"x")
    assert not session.half_close()
    desk.clock.advance(1000)
    answer(transport, b"still here")
    assert desk.said[-1] == (EntryKind.RECEIVED, b"still here")
    transport.end()
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "The peer closed the connection."


def test_a_half_closed_session_can_be_left(desk: Desk, transport: StagedTransport) -> None:
    session = desk.connected(transport)
    session.half_close()
    transport.flush()
    assert session.disconnect()
    desk.clock.advance(3)
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "Disconnected."


def test_a_file_goes_out_as_the_peer_takes_it(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    assert session.send_file(file)
    assert session.file is not None
    assert session.bytes_unsent == 65_536
    transport.flush()
    assert session.file.bytes_sent == 65_536
    desk.clock.advance(2)
    assert session.file.rate(desk.clock.seconds()) == 32_768
    transport.flush_all()
    assert session.file is None
    assert transport.taken == file.read_bytes()
    assert session.bytes_out == 256_000
    assert desk.said == []
    assert desk.events[2:] == [
        "Sending file big.bin, 256,000 bytes…",
        "Sent file big.bin, 256,000 bytes in 2.0 s (128.0 kB/s).",
    ]


def test_every_byte_of_a_file_goes_to_the_tap(file: Path, transport: StagedTransport) -> None:
    tapped: list[tuple[bool, bytes]] = []
    dial = StagedDial()
    desk = Desk()
    session = Session(
        desk.clock,
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


def test_what_was_typed_before_goes_first_and_nothing_comes_between(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    session.send(b"x" * 100_000)
    session.send_file(file)
    assert not session.send(b"typed meanwhile")
    assert not session.send_file(file)
    assert desk.events[-2:] == [
        "Not sent: big.bin is being sent. Wait for its end, or cancel it.",
        "Not sent: big.bin is still being sent.",
    ]
    transport.flush_all()
    assert transport.taken == b"x" * 100_000 + file.read_bytes()
    assert session.send(b"after")


def test_sending_a_file_can_be_cancelled(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    session.send_file(file)
    transport.flush()
    assert session.cancel_file()
    transport.flush_all()
    assert desk.events[-1] == "Cancelled sending file big.bin after 65,536 of 256,000 bytes."
    assert len(transport.taken) == 131_072  # one piece was under way
    assert not session.cancel_file()
    assert session.send(b"go on")


def test_one_side_closes_once_the_file_is_through(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    session.send_file(file)
    session.half_close()
    transport.flush_all()
    assert transport.taken == file.read_bytes()
    assert transport.half_closed


def test_leaving_cancels_the_file(desk: Desk, transport: StagedTransport, file: Path) -> None:
    session = desk.connected(transport)
    session.send_file(file)
    session.disconnect()
    assert session.file is None
    transport.flush_all()
    transport.end()
    assert desk.events[3].startswith("Cancelled sending file big.bin")
    assert desk.events[-1] == "Disconnected."


def test_a_connection_that_ends_says_how_far_the_file_came(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    session.send_file(file)
    transport.flush()
    transport.lose()
    assert session.file is None
    assert desk.events[3] == (
        "The connection ended, so stopped sending file big.bin after 65,536 of 256,000 bytes."
    )


def test_a_file_that_shrinks_meanwhile_ends_where_it_ends(
    desk: Desk, transport: StagedTransport, file: Path
) -> None:
    session = desk.connected(transport)
    session.send_file(file)
    os.truncate(file, 70_000)
    transport.flush_all()
    assert desk.events[-1].startswith("Sent file big.bin, 70,000 bytes")


def test_an_empty_file_is_sent_at_once(
    desk: Desk, transport: StagedTransport, tmp_path: Path
) -> None:
    session = desk.connected(transport)
    (tmp_path / "empty").touch()
    assert session.send_file(tmp_path / "empty")
    assert session.file is None
    assert desk.events[-1] == "Sent file empty, 0 bytes in 0.0 s (0 B/s)."


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_declined(
    desk: Desk, transport: StagedTransport, tmp_path: Path, kind: str
) -> None:
    session = desk.connected(transport)
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    assert not session.send_file(path)
    assert desk.events[-1].startswith(f"Not sent: {kind} ")
    assert session.send(b"go on")


def test_a_file_needs_a_connection(desk: Desk, transport: StagedTransport, file: Path) -> None:
    assert not desk.session.send_file(file)
    assert not desk.session.cancel_file()
    desk.connected(transport)
    transport.lose(ConnectionDone())
    assert not desk.session.send_file(file)
