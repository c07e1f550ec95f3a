"""The exit codes without SIGPIPE, and the streams of a terminal session: expectation, CR LF, hex
dump and harmless text."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connect.streams import (
    MOST_KEPT,
    BadExpression,
    CrlfConverter,
    Expectation,
    HexDump,
    TerminalText,
)

WITHOUT_SIGPIPE = """
import os, signal
for module, name in ((signal, "SIGPIPE"), (os, "O_NONBLOCK"), (os, "O_CLOEXEC")):
    if hasattr(module, name):
        delattr(module, name)
from app.connect.terminal_session import OUTPUT_CLOSED
print(OUTPUT_CLOSED)
"""


def test_the_module_loads_on_a_system_without_sigpipe() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_SIGPIPE], capture_output=True, check=True)
    assert done.stdout.strip() == b"141"


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_match_is_found_however_the_stream_is_cut(cuts: list[int]) -> None:
    data = b"220 ready\r\nversion 1.2\r\n250 fine\r\n"
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    expectation = Expectation(r"version \d\.\d\r\n250")
    met = [expectation.feed(data[a:b]) for a, b in itertools.pairwise(places)]
    assert met[-1]


def test_a_partial_match_is_not_a_match() -> None:
    expectation = Expectation("abc|zzz")
    assert [expectation.feed(data) for data in (b"ab", b"zz", b"ab", b"c")] == [
        False,
        False,
        False,
        True,
    ]
    assert expectation.feed(b"")


def test_a_lookbehind_sees_earlier_chunks() -> None:
    expectation = Expectation(r"(?<=x)y")
    assert not expectation.feed(b"x")
    assert expectation.feed(b"y")


def test_an_expression_can_have_bytes_and_utf8() -> None:
    assert Expectation(r"\x00\xff").feed(b"a\x00\xffb")
    assert Expectation("grüß").feed("grüß dich".encode())


def test_a_long_stream_is_searched_byte_by_byte_in_little_memory() -> None:
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
def test_an_invalid_expression_is_refused(text: str) -> None:
    with pytest.raises(BadExpression, match="is no regular expression"):
        Expectation(text)


def test_an_expression_that_takes_too_long_is_given_up() -> None:
    expectation = Expectation(r"^(([a-z])+.)+[A-Z]([a-z])+$")
    with pytest.raises(BadExpression, match="takes too long"):
        expectation.feed(b"a" * 5_000)


@given(st.lists(st.text("\r\na", max_size=5).map(str.encode)))
def test_each_lf_becomes_cr_lf_however_the_stream_is_cut(pieces: list[bytes]) -> None:
    converter = CrlfConverter()
    cut = b"".join(converter.feed(piece) for piece in pieces)
    assert cut == CrlfConverter().feed(b"".join(pieces))
    assert b"\n" not in cut.replace(b"\r\n", b"")
    assert CrlfConverter().feed(cut) == cut


def test_the_hex_dump_continues_its_offset() -> None:
    lines = HexDump()
    assert lines.feed(b"hi\n") == b"00000000  68 69 0a" + b" " * 42 + b"|hi.|\n"
    second = lines.feed(bytes(17)).decode().splitlines()
    assert [line[:8] for line in second] == ["00000003", "00000013"]
    assert lines.feed(b"") == b""


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_a_terminal_gets_no_control_character_however_the_stream_is_cut(
    data: bytes, cuts: list[int]
) -> None:
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    view, whole = TerminalText(), TerminalText()
    shown = b"".join(view.feed(data[a:b]) for a, b in itertools.pairwise(places)) + view.finish()
    assert shown == whole.feed(data) + whole.finish()
    assert all(each.isprintable() or each in "\n " for each in shown.decode() if each < "\xa0")


def test_a_terminal_shows_text_and_writes_the_rest_out() -> None:
    view = TerminalText()
    assert view.feed(b"\x1b]0;title\x07\tgr\xc3") == rb"\x1b]0;title\x07\tgr"
    assert view.feed(b"\xbc\xc3\x9f\r\n\xff") == "üß\n\\xff".encode()
    assert view.finish() == b""
