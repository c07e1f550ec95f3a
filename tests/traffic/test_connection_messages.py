"""Messages read from one connection."""

from __future__ import annotations

import pytest

from app.traffic import connection_messages
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_messages import ConnectionReader
from app.traffic.framing import Lines


def log_of(*said: tuple[int, bool, bytes]) -> ChunkLog:
    log = ChunkLog()
    for number, (connection, sent, data) in enumerate(said):
        log.append(float(number), connection, sent, data)
    return log


def read(reader: ConnectionReader) -> list[tuple[bool, bytes]]:
    while not reader.step(1.0):
        pass
    return [(each.from_server, each.data) for each in reader.messages]


def test_without_a_framing_a_turn_is_a_message() -> None:
    log = log_of(
        (1, False, b"he"),
        (2, False, b"other"),
        (1, False, b"llo"),
        (1, True, b"a"),
        (1, True, b"b"),
    )
    reader = ConnectionReader(log, 1)
    assert read(reader) == [(False, b"hello"), (True, b"ab")]
    assert [each.time for each in reader.messages] == [0.0, 3.0]
    assert reader.progress == 1.0


def test_with_a_framing_each_side_is_framed_separately() -> None:
    log = log_of((1, False, b"a\nb"), (1, True, b"1\n"), (1, False, b"\n"), (1, True, b"rest"))
    reader = ConnectionReader(log, 1, Lines())
    assert read(reader) == [(False, b"a\n"), (True, b"1\n"), (False, b"b\n"), (True, b"rest")]
    assert [each.is_whole for each in reader.messages] == [True, True, True, False]
    assert [each.time for each in reader.messages] == [0.0, 1.0, 0.0, 3.0]


def test_datagrams_are_messages_as_they_are() -> None:
    log = log_of((1, False, b"a\nb"), (1, False, b""))
    assert read(ConnectionReader(log, 1, Lines(), is_datagram=True)) == [
        (False, b"a\nb"),
        (False, b""),
    ]


def test_in_a_session_the_sent_messages_are_those_of_the_client() -> None:
    log = log_of((1, True, b"q"), (1, False, b"a"))
    assert read(ConnectionReader(log, 1, began_here=True)) == [(False, b"q"), (True, b"a")]


def test_a_message_with_missing_bytes_is_not_whole() -> None:
    log = log_of((1, False, b"a\nb"), (1, False, b"[gap]"), (1, False, b"c\n"))
    reader = ConnectionReader(log, 1, Lines(), missing=lambda number: number == 1)
    assert read(reader) == [(False, b"a\n"), (False, b"b"), (False, b"c\n")]
    assert [each.is_whole for each in reader.messages] == [True, False, True]
    turn = ConnectionReader(log, 1, missing=lambda number: number == 1)
    assert read(turn) == [(False, b"a\nbc\n")]
    assert not turn.messages[0].is_whole


def test_too_many_messages_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of(*[(1, number % 2 == 0, bytes(100)) for number in range(10)])
    monkeypatch.setattr(connection_messages, "MOST_MESSAGES", 5)
    reader = ConnectionReader(log, 1)
    assert len(read(reader)) < 10
    assert reader.is_cut
