from __future__ import annotations

import pytest

from app.text.notation import LineEnding


@pytest.mark.parametrize(
    ("ending", "label", "terminator", "line_break"),
    [
        (LineEnding.NONE, "None", b"", "\n"),
        (LineEnding.LF, "LF", b"\n", "\n"),
        (LineEnding.CRLF, "CRLF", b"\r\n", "\r\n"),
        (LineEnding.CR, "CR", b"\r", "\r"),
        (LineEnding.NUL, "NUL", b"\0", "\0"),
    ],
)
def test_each_ending_has_its_name_and_its_bytes(
    ending: LineEnding, label: str, terminator: bytes, line_break: str
) -> None:
    assert (ending.label, ending.terminator, ending.line_break) == (label, terminator, line_break)
