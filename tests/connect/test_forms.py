"""The forms that bytes take between a terminal and a peer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.connect.terminal_session import HexLines, LineEnds


@given(st.lists(st.text("\r\na", max_size=5).map(str.encode)))
def test_line_feeds_get_their_cr_however_the_stream_is_cut(pieces: list[bytes]) -> None:
    ends = LineEnds()
    cut = b"".join(ends.feed(piece) for piece in pieces)
    assert cut == LineEnds().feed(b"".join(pieces))
    assert b"\n" not in cut.replace(b"\r\n", b"")
    assert LineEnds().feed(cut) == cut


def test_hex_goes_on_counting() -> None:
    lines = HexLines()
    assert lines.feed(b"hi\n") == b"00000000  68 69 0a" + b" " * 42 + b"|hi.|\n"
    second = lines.feed(bytes(17)).decode().splitlines()
    assert [line[:8] for line in second] == ["00000003", "00000013"]
    assert lines.feed(b"") == b""
