"""Messages made from a log, in steps: connection, time, and flaws of incomplete ones."""

from __future__ import annotations

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from app.traffic import messages
from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import CloseKind
from app.traffic.framing import (
    LONGEST_MESSAGE,
    Delimited,
    FixedLength,
    Framer,
    Framing,
    LengthPrefix,
    Lines,
    MessageError,
    Netstrings,
)
from app.traffic.http_framing import Http
from app.traffic.messages import JoinedChunk, Messages

LONG = 3_600.0


def framed(log: ChunkLog, framing: Framing) -> Messages:
    made = Messages(log, framing, max_bytes=10**7, max_chunks=10**5)
    assert made.step(LONG)
    return made


def described(made: Messages) -> list[tuple[int, bool, bytes, MessageError]]:
    """Connection, direction, bytes and flaw of each message."""
    kept = [made.log.chunk(number) for number in range(made.log.first, made.log.end)]
    return [
        (each.connection, each.sent, each.data, made.flaw(each.number)) for each in kept if each
    ]


def test_each_side_of_each_connection_is_framed_separately() -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, b"a1")
    log.append(2.0, 2, False, b"b1")
    log.append(3.0, 1, True, b"A1\n")
    log.append(4.0, 1, False, b"a2\na3\n")
    log.append(5.0, 2, False, b"b2\n")
    made = framed(log, Lines())
    assert described(made) == [
        (1, True, b"A1\n", MessageError.NONE),
        (1, False, b"a1a2\n", MessageError.NONE),
        (1, False, b"a3\n", MessageError.NONE),
        (2, False, b"b1b2\n", MessageError.NONE),
    ]
    assert [made.log.chunk(number).time for number in range(4)] == [3.0, 1.0, 4.0, 2.0]  # type: ignore[union-attr]


def test_chunks_are_found_by_message_and_messages_by_chunk() -> None:
    log = ChunkLog()
    for connection, data in ((1, b"a1"), (2, b"b1\n"), (1, b"a2\na3\n"), (2, b"torn")):
        log.append(1.0, connection, False, data)
    made = framed(log, Lines())
    assert [made.chunk_of(number) for number in range(4)] == [1, 2, 2, None]
    assert [made.message_of(number) for number in range(4)] == [1, 0, 1, None]
    made.clear()
    assert made.chunk_of(1) is None


def test_dropped_messages_have_no_chunk() -> None:
    log = ChunkLog()
    for number in range(3_000):
        log.append(1.0, 1, False, b"%d\n" % number)
    made = Messages(log, Lines(), max_bytes=10**7, max_chunks=1_000)
    assert made.step(LONG)
    first = made.log.first
    assert first > 0
    assert made.chunk_of(first - 1) is None
    assert [made.chunk_of(first), made.chunk_of(2_999)] == [first, 2_999]
    assert made.message_of(2_500) == 2_500


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.text("ab\n", max_size=6)), max_size=60),
    st.lists(st.integers(0, 60), max_size=10),
)
def test_framing_live_and_framing_afterwards_give_the_same(
    said: list[tuple[int, bool, str]], steps: list[int]
) -> None:
    log = ChunkLog()
    early = Messages(log, Delimited(b"b"), max_bytes=10**7, max_chunks=10**5)
    for number, (connection, sent, text) in enumerate(said):
        log.append(float(number), connection, sent, text.encode())
        if number in steps:
            log.end_connection(float(number), connection, CloseKind.CLOSED_BY_PEER)
            early.step(LONG)
    early.step(LONG)
    late = framed(log, Delimited(b"b"))
    assert described(early) == described(late)
    assert early.pending_bytes == late.pending_bytes
    size = sum(len(data) for _, _, data, _ in described(late)) + late.pending_bytes
    assert size == log.kept_bytes


def test_the_end_of_a_connection_gives_its_unfinished_message() -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, b"whole\nhalf")
    made = framed(log, Lines())
    assert made.pending_bytes == 4
    log.append(2.0, 2, False, b"other\n")
    log.end_connection(3.0, 1, CloseKind.CLOSED_BY_PEER)
    assert not made.is_done
    assert made.step(LONG)
    assert described(made)[-1] == (1, False, b"half", MessageError.UNFINISHED)
    assert made.pending_bytes == 0


def test_nothing_is_framed_beyond_the_limit_of_a_paused_view() -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, b"one\n")
    made = framed(log, Lines())
    made.until = log.end
    log.append(2.0, 1, False, b"two\n")
    assert made.is_done
    assert made.step(LONG)
    assert len(made.log) == 1
    made.until = None
    made.step(LONG)
    assert len(made.log) == 2


def test_dropped_chunks_are_counted_and_end_incomplete_messages() -> None:
    log = ChunkLog(max_chunks=16)
    log.append(1.0, 1, False, b"\x09half")
    made = framed(log, LengthPrefix(1))
    for _ in range(40):
        log.append(2.0, 1, False, b"\x01x")
    made.step(LONG)
    assert made.missed == log.first - 1
    assert described(made)[0] == (1, False, b"\x09half", MessageError.UNFINISHED)
    assert {flaw for *_, flaw in described(made)[1:]} == {MessageError.NONE}


def test_after_a_clear_framing_begins_with_the_next_chunk() -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, b"abcd")
    made = framed(log, FixedLength(3))
    log.clear()
    made.clear()
    log.append(2.0, 1, False, b"xyz")
    made.step(LONG)
    assert described(made) == [(1, False, b"xyz", MessageError.NONE)]


def test_incomplete_messages_of_all_connections_are_bounded_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "MAX_PENDING_BYTES", 100)
    log = ChunkLog()
    for connection in range(50):
        log.append(1.0, connection, False, b"x" * 10)
    made = framed(log, Lines())
    assert made.pending_bytes <= 100
    assert described(made)[0] == (10, False, b"x" * 10, MessageError.CUT)


def test_flaws_of_dropped_messages_are_forgotten() -> None:
    log = ChunkLog()
    made = Messages(log, LengthPrefix(1, "big", True), max_bytes=10**6, max_chunks=16)
    for _ in range(100):
        log.append(1.0, 1, False, b"\x00")
    made.step(LONG)
    assert made.log.dropped
    assert {flaw for *_, flaw in described(made)} == {MessageError.BROKEN}
    assert len(made._flawed) == len(made.log)


def test_each_datagram_is_one_message() -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, b"one\ntwo")
    log.append(2.0, 2, False, b"half")
    log.append(3.0, 1, False, b"")
    made = Messages(
        log, Lines(), max_bytes=10**6, max_chunks=1_000, is_datagram=lambda number: number == 1
    )
    assert made.step(LONG)
    log.end_connection(4.0, 1, CloseKind.CLOSED)
    assert made.step(LONG)
    assert described(made) == [
        (1, False, b"one\ntwo", MessageError.NONE),
        (1, False, b"", MessageError.NONE),
    ]
    assert made.pending_bytes == 4


def whole(made: Messages, number: int) -> Chunk:
    found = made.whole(number)
    assert found is not None
    return found


def test_a_message_in_several_rows_is_joined_from_any_of_them() -> None:
    log = ChunkLog()
    size = LONGEST_MESSAGE
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * size)
    said = head + bytes(range(256)) * (2 * size // 256)
    for at in range(0, len(said), 100_000):
        log.append(1.0 + at, 1, True, said[at : at + 100_000])
        log.append(1.0 + at, 2, False, b"GET / HTTP/1.1\r\n\r\n")
    log.append(9.0, 1, True, b"HTTP/1.1 204 No Content\r\n\r\n")
    made = framed(log, Http())
    rows = [each for each in range(made.log.end) if made.log.chunk(each).connection == 1]  # type: ignore[union-attr]
    assert [made.flaw(each) for each in rows] == [MessageError.CUT] * 2 + [MessageError.NONE] * 2
    for row in rows[:3]:
        chunk = whole(made, row)
        assert isinstance(chunk, JoinedChunk)
        assert (chunk.data, chunk.time, chunk.kept) == (said, 1.0, 3)
    assert whole(made, rows[3]).data.startswith(b"HTTP/1.1 204")
    assert made.whole(10**6) is None


@given(
    st.lists(st.tuples(st.integers(1, 2), st.binary(min_size=1, max_size=9)), max_size=40),
    st.sampled_from([Lines(), LengthPrefix(1), Netstrings(), Http()]),
)
def test_joined_messages_are_what_was_said(said: list[tuple[int, bytes]], framing: Framing) -> None:
    log = ChunkLog()
    for connection, data in said:
        log.append(1.0, connection, False, data)
    made = Messages(log, _Short(framing), max_bytes=10**7, max_chunks=10**5)
    for connection in (1, 2):
        log.end_connection(1.0, connection, CloseKind.CLOSED)
    assert made.step(LONG)
    for connection in (1, 2):
        rows = [each for each in range(made.log.end) if whole(made, each).connection == connection]
        messages = {whole(made, row).data: None for row in rows}
        spoken = b"".join(data for each, data in said if each == connection)
        assert all(each in spoken for each in messages)
        assert not any(made.is_growing(row) for row in rows)


@frozen
class _Short:
    """Cuts messages that are longer than four bytes."""

    framing: Framing

    def framer(self, longest: int = 4) -> Framer:
        return self.framing.framer(longest)


def test_of_a_message_that_is_too_long_only_the_beginning_is_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "MOST_JOINED_BYTES", LONGEST_MESSAGE + 1)
    log = ChunkLog()
    log.append(1.0, 1, False, b"x" * (3 * LONGEST_MESSAGE) + b"\n")
    chunk = whole(framed(log, Lines()), 0)
    assert isinstance(chunk, JoinedChunk)
    assert (len(chunk.data), chunk.pieces, chunk.kept) == (2 * LONGEST_MESSAGE, 2, 4)


def test_a_message_that_is_asked_for_again_is_not_joined_again() -> None:
    log = ChunkLog()
    made = Messages(log, Lines(), max_bytes=10**8, max_chunks=1_000)
    for byte in (b"a", b"b"):
        log.append(1.0, 1, False, byte * LONGEST_MESSAGE)
    made.step(LONG)
    assert whole(made, 0).data is whole(made, 1).data
    log.append(1.0, 1, False, b"c\n")
    made.step(LONG)
    assert whole(made, 0).data.endswith(b"bc\n")


def test_dropped_pieces_are_left_out_and_forgotten() -> None:
    log = ChunkLog()
    made = Messages(log, Lines(), max_bytes=4 * 1024 * 1024, max_chunks=1_000)
    for _ in range(40):
        log.append(1.0, 1, False, b"x" * LONGEST_MESSAGE)
        assert made.step(LONG)
    last = made.log.end - 1
    chunk = whole(made, last)
    assert isinstance(chunk, JoinedChunk)
    assert chunk.kept == len(made.log) < 40
    assert made.is_growing(made.log.first)
    log.append(1.0, 1, False, b"\n")
    made.step(LONG)
    assert not made.is_growing(last)
    made.clear()
    assert made.whole(last) is None
