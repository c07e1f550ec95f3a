"""Conversations: both sides in order, whole characters and bounded size for any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.hex import ENCODINGS
from app.text.readable import ReadableText
from app.traffic import conversation
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import CloseKind
from app.traffic.conversation import Conversation

LONG = 3_600.0
US, THEM = True, False


def said(*chunks: tuple[bool, bytes], log: ChunkLog | None = None) -> ChunkLog:
    log = ChunkLog() if log is None else log
    for sent, data in chunks:
        log.append(1.0, 1, sent, data)
    return log


def lines(*made: Conversation) -> list[tuple[bool, str]]:
    """The side and the text of each line, after all pieces were taken from each conversation."""
    shown: list[tuple[bool, str]] = []
    for each in made:
        each.step(LONG)
        for piece in each.take():
            if piece.begins:
                shown.append((piece.sent, piece.text))
            else:
                sent, text = shown[-1]
                assert sent is piece.sent
                shown[-1] = sent, text + piece.text
    return shown


def test_lines_are_joined_across_chunks_but_not_across_sides() -> None:
    log = said((THEM, b"he"), (THEM, b"llo\r"), (THEM, b"\nlogin: "), (US, b"me\n"), (THEM, b"ok"))
    assert lines(Conversation(log, 1)) == [
        (THEM, "hello"),
        (THEM, "login: "),
        (US, "me"),
        (THEM, "ok"),
    ]


def test_other_connections_are_left_out() -> None:
    log = said((THEM, b"mine"))
    log.append(1.0, 2, THEM, b"theirs")
    assert lines(Conversation(log, 1)) == [(THEM, "mine")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "shift_jis"])
def test_a_character_split_between_two_chunks_is_decoded(encoding: str) -> None:
    data = "日本".encode(encoding)
    log = said((THEM, data[:1]), (US, data[:3]), (THEM, data[1:]), (US, data[3:]))
    shown = lines(Conversation(log, 1, encoding))
    assert "".join(text for sent, text in shown if sent is THEM) == "日本"
    assert "".join(text for sent, text in shown if sent is US) == "日本"


@given(
    st.lists(st.tuples(st.booleans(), st.binary(max_size=8)), max_size=40),
    st.sampled_from(sorted(ENCODINGS.values())),
    st.sets(st.integers(0, 40)),
)
def test_any_bytes_give_the_same_text_no_matter_how_often_it_is_taken(
    chunks: list[tuple[bool, bytes]], encoding: str, looks: set[int]
) -> None:
    log = ChunkLog()
    often = Conversation(log, 1, encoding)
    shown: list[tuple[bool, str]] = []
    for place, chunk in enumerate(chunks):
        said(chunk, log=log)
        if place in looks:
            often.step(LONG)
    log.end_connection(2.0, 1, CloseKind.CLOSED_BY_PEER)
    shown = lines(Conversation(log, 1, encoding))
    assert lines(often) == shown
    for side in (US, THEM):
        legible = ReadableText(encoding)
        text = "".join(legible.feed(data) for sent, data in chunks if sent is side)
        text += legible.finish()
        joined = "".join(each for sent, each in shown if sent is side)
        assert joined == text.replace("\n", "")


def test_text_after_a_take_continues_the_same_line() -> None:
    log = said((THEM, b"one "))
    made = Conversation(log, 1)
    made.step(LONG)
    (first,) = made.take()
    assert (first.text, first.begins) == ("one ", True)
    said((THEM, b"two\nthree"), log=log)
    made.step(LONG)
    second, third = made.take()
    assert (second.text, second.begins, third.text, third.begins) == ("two", False, "three", True)


def test_a_line_without_an_end_is_broken_into_several() -> None:
    log = said(*[(THEM, b"x" * 700)] * 5)
    assert [len(text) for _, text in lines(Conversation(log, 1))] == [1_000, 1_000, 1_000, 500]


def test_if_there_is_too_much_text_the_newest_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MAX_PIECES", 10)
    log = said(*[(THEM, b"%d\n" % number) for number in range(100)])
    made = Conversation(log, 1)
    assert lines(made) == [(THEM, str(number)) for number in range(90, 100)]
    assert made.skipped == 90


def test_the_end_of_the_connection_is_known_and_incomplete_text_is_shown() -> None:
    log = said((THEM, b"caf\xc3"))
    made = Conversation(log, 1)
    assert lines(made) == [(THEM, "caf")]
    log.end_connection(2.0, 2, CloseKind.CLOSED_HERE)
    log.end_connection(3.0, 1, CloseKind.RESET_BY_PEER)
    assert not made.is_done
    made.step(LONG)
    assert [piece.text for piece in made.take()] == [r"\xc3"]
    assert made.ending is not None
    assert made.ending.kind is CloseKind.RESET_BY_PEER
    assert made.is_done


def test_reading_stops_at_a_given_chunk() -> None:
    log = said((THEM, b"a\n"), (THEM, b"b\n"), (THEM, b"c\n"))
    made = Conversation(log, 1, until=2)
    assert lines(made) == [(THEM, "a"), (THEM, "b")]
    assert made.is_done


def test_chunks_dropped_before_they_were_read_are_reported() -> None:
    log = ChunkLog(max_chunks=16)
    said((THEM, b"a\n"), log=log)
    made = Conversation(log, 1)
    lines(made)
    said(*[(THEM, b"b\n")] * 40, log=log)
    made.step(LONG)
    assert made.has_gap
    assert len(made.take()) == len(log)


def test_each_datagram_is_its_own_line() -> None:
    log = said((THEM, b"a"), (THEM, b"b\nc"), (US, b"\xc3"), (US, b"\xa9"))
    assert lines(Conversation(log, 1, is_datagram=True)) == [
        (THEM, "a"),
        (THEM, "b"),
        (THEM, "c"),
        (US, r"\xc3"),
        (US, r"\xa9"),
    ]
