"""What a conversation needs of the system that it runs on."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connect.terminal_session import MOST_KEPT, BadExpression, Expectation

ELSEWHERE = """
import os, signal
for module, name in ((signal, "SIGPIPE"), (os, "O_NONBLOCK"), (os, "O_CLOEXEC")):
    if hasattr(module, name):
        delattr(module, name)
from app.connect.terminal_session import NOBODY_READS
print(NOBODY_READS)
"""


def test_it_can_be_had_where_there_is_no_signal_for_broken_pipes() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, check=True)
    assert done.stdout.strip() == b"141"


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_match_is_found_however_the_stream_is_cut(cuts: list[int]) -> None:
    data = b"220 ready\r\nversion 1.2\r\n250 fine\r\n"
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    expectation = Expectation(r"version \d\.\d\r\n250")
    met = [expectation.feed(data[a:b]) for a, b in itertools.pairwise(places)]
    assert met[-1]


def test_what_only_might_match_yet_does_not() -> None:
    expectation = Expectation("abc|zzz")
    assert [expectation.feed(data) for data in (b"ab", b"zz", b"ab", b"c")] == [
        False,
        False,
        False,
        True,
    ]
    assert expectation.feed(b"")


def test_what_looks_back_sees_what_came_before() -> None:
    expectation = Expectation(r"(?<=x)y")
    assert not expectation.feed(b"x")
    assert expectation.feed(b"y")


def test_bytes_and_utf8_can_be_written() -> None:
    assert Expectation(r"\x00\xff").feed(b"a\x00\xffb")
    assert Expectation("grüß").feed("grüß dich".encode())


def test_byte_by_byte_a_long_stream_is_searched_in_little_memory() -> None:
    expectation = Expectation("(?s)begin.*end")
    expectation.feed(b"begin")
    for _ in range(20):
        assert not expectation.feed(bytes(65_536))
    assert len(expectation._kept) <= MOST_KEPT + 2048
    plain = Expectation("needle")
    for _ in range(20_000):
        plain.feed(b"x")
    assert len(plain._kept) <= 2048
    assert plain.feed(b"needle")


@pytest.mark.parametrize("text", ["(", "[a", "*"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(BadExpression, match="is no regular expression"):
        Expectation(text)


def test_an_expression_that_explodes_is_given_up() -> None:
    expectation = Expectation(r"^(([a-z])+.)+[A-Z]([a-z])+$")
    with pytest.raises(BadExpression, match="takes too long"):
        expectation.feed(b"a" * 5_000)
