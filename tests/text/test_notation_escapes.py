"""Text in one visible line reads back as what it was."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.notation import escaped, unescaped


@given(st.text())
def test_any_text_is_one_visible_line_that_reads_back(text: str) -> None:
    line = escaped(text)
    assert line.isprintable()
    assert unescaped(line) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello\r\n", r"Hello\r\n"),
        ("a\tb\0c", r"a\tb\0c"),
        ("\x1b[1m", r"\x1b[1m"),
        ("C:\\new", r"C:\\new"),
        ("\\\n", r"\\\n"),
        ("né 你 🙂", "né 你 🙂"),
        ("\u00a0\u202e\U000e0001", r"\u00a0\u202e\U000e0001"),
    ],
)
def test_only_what_has_no_shape_is_escaped(text: str, line: str) -> None:
    assert escaped(text) == line
    assert unescaped(line) == text


@pytest.mark.parametrize(
    ("line", "text"), [(r"\x1B", "\x1b"), (r"\u00E9", "é"), (r"\01", "\x001"), (r"\x411", "A1")]
)
def test_hex_digits_may_be_capitals_and_an_escape_ends_by_itself(line: str, text: str) -> None:
    assert unescaped(line) == text


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        (r"Hi\q", r"\q"),
        (r"Hi\N", r"\N"),
        ("Hi\\", "\\"),
        (r"\xff", r"\xff, which is no UTF-8 text"),
        (r"\x1", r"\x"),
        (r"\u12", r"\u"),
        (r"\ud800", r"\ud800"),
        (r"\U00110000", r"\U00110000"),
    ],
)
def test_an_escape_that_means_nothing_is_told(line: str, bad: str) -> None:
    with pytest.raises(ValueError, match=r"^must not hold ") as raised:
        unescaped(line)
    assert str(raised.value).startswith(f"must not hold {bad}")


@given(st.text(st.sampled_from('\\xuUrnt0"1aF ')))
def test_whatever_a_line_means_it_means_after_it_was_shown_again(line: str) -> None:
    with suppress(ValueError):
        text = unescaped(line)
        assert unescaped(escaped(text)) == text
