"""Framing: each kind is correct, read sizes make no difference, no byte is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.traffic.framing import (
    Delimited,
    FixedLength,
    Framing,
    LengthPrefix,
    Lines,
    Message,
    MessageError,
    Netstrings,
)

framings = st.one_of(
    st.just(Lines()),
    st.binary(min_size=1, max_size=4).map(Delimited),
    st.integers(1, 40).map(FixedLength),
    st.builds(
        LengthPrefix, st.sampled_from((1, 2, 4)), st.sampled_from(("big", "little")), st.booleans()
    ),
    st.just(Netstrings()),
)
streams = st.one_of(
    st.binary(max_size=200),
    st.text("ab\r\n0:,", max_size=80).map(str.encode),
    st.lists(st.binary(max_size=12), max_size=12).map(
        lambda each: b"".join(b"%d:%s," % (len(data), data) for data in each)
    ),
    st.lists(st.binary(max_size=12), max_size=12).map(
        lambda each: b"".join(bytes([len(data)]) + data for data in each)
    ),
)


def frame(framing: Framing, *pieces: bytes, longest: int = 1_000) -> list[Message]:
    framer = framing.framer(longest)
    return [message for piece in pieces for message in framer.feed(piece)] + framer.finish()


def whole(*messages: bytes) -> list[Message]:
    return [(data, MessageError.NONE) for data in messages]


@given(framings, streams, st.lists(st.integers(0, 200), max_size=30), st.integers(1, 40))
@example(Delimited(b"aab"), b"aaab" * 9, [3, 5, 6, 7, 11], 5)
@example(Netstrings(), b"3:abcd,1:x,", [1, 2, 3, 4, 5, 6, 7], 40)
def test_the_sizes_of_the_reads_make_no_difference(
    framing: Framing, data: bytes, cuts: list[int], longest: int
) -> None:
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(bounds)]
    assert frame(framing, *pieces, longest=longest) == frame(framing, data, longest=longest)


@given(framings, streams, st.integers(1, 40))
def test_the_messages_joined_are_the_input_and_none_is_too_long(
    framing: Framing, data: bytes, longest: int
) -> None:
    messages = frame(framing, data, longest=longest)
    assert b"".join(each for each, _ in messages) == data
    assert all(each for each, _ in messages)
    assert max((len(each) for each, _ in messages), default=0) <= max(longest, 4)


@given(framings, streams, st.integers(1, 40))
def test_no_more_is_buffered_than_the_longest_message(
    framing: Framing, data: bytes, longest: int
) -> None:
    framer = framing.framer(longest)
    for byte in data:
        framer.feed(bytes([byte]))
        assert framer.pending <= max(longest, 14)


def test_lines_end_in_lf_with_or_without_cr() -> None:
    assert frame(Lines(), b"one\r\ntw", b"o\n\nthree") == [
        *whole(b"one\r\n", b"two\n", b"\n"),
        (b"three", MessageError.UNFINISHED),
    ]


def test_a_delimiter_may_be_split_between_two_reads() -> None:
    assert frame(Delimited(b"--"), b"a-", b"-b-c--") == whole(b"a--", b"b-c--")


def test_fixed_length_messages_have_that_length() -> None:
    assert frame(FixedLength(3), b"abcdef", b"g") == [
        *whole(b"abc", b"def"),
        (b"g", MessageError.UNFINISHED),
    ]


@pytest.mark.parametrize(
    ("framing", "stream"),
    [
        (LengthPrefix(1), b"\x02ab\x00\x01c"),
        (LengthPrefix(2), b"\x00\x02ab\x00\x00\x00\x01c"),
        (LengthPrefix(2, "little"), b"\x02\x00ab\x00\x00\x01\x00c"),
        (LengthPrefix(4, "little", counts_itself=True), b"\x06\0\0\0ab\x04\0\0\0\x05\0\0\0c"),
    ],
)
def test_a_length_prefix_says_where_the_message_ends(framing: LengthPrefix, stream: bytes) -> None:
    width = framing.width
    assert frame(framing, stream) == whole(
        stream[: width + 2], stream[width + 2 : 2 * width + 2], stream[2 * width + 2 :]
    )


def test_a_length_too_small_for_its_own_bytes_is_broken_and_the_next_is_tried() -> None:
    framing = LengthPrefix(2, counts_itself=True)
    assert frame(framing, b"\x00\x01\x00\x03a") == [
        (b"\x00\x01", MessageError.BROKEN),
        (b"\x00\x03a", MessageError.NONE),
    ]


def test_a_message_over_the_limit_comes_in_pieces_and_the_next_is_correct() -> None:
    assert frame(LengthPrefix(1), b"\x05abcde\x01f", longest=4) == [
        (b"\x05abc", MessageError.CUT),
        (b"de", MessageError.NONE),
        (b"\x01f", MessageError.NONE),
    ]


def test_a_message_without_an_end_is_cut() -> None:
    framer = Lines().framer(10)
    made = [message for _ in range(25) for message in framer.feed(b"x")]
    assert made == [(b"x" * 10, MessageError.CUT)] * 2
    assert framer.pending == 5


def test_netstrings_are_framed_by_their_length() -> None:
    assert frame(Netstrings(), b"5:he", b"llo,0:,1:,", b",") == whole(b"5:hello,", b"0:,", b"1:,,")


@pytest.mark.parametrize("wrong", [b"x,", b"01:a,", b":,", b"12345678901:,", b"2:abc,", b"-1:,"])
def test_bytes_that_are_no_netstring_are_broken_and_the_next_one_is_correct(wrong: bytes) -> None:
    assert frame(Netstrings(), wrong + b"2:ok,") == [
        (wrong, MessageError.BROKEN),
        (b"2:ok,", MessageError.NONE),
    ]


def test_after_finish_the_next_byte_begins_a_message() -> None:
    framer = LengthPrefix(1).framer()
    assert framer.feed(b"\x05ab") == []
    assert framer.finish(MessageError.BROKEN) == [(b"\x05ab", MessageError.BROKEN)]
    assert framer.feed(b"\x01c") == whole(b"\x01c")
