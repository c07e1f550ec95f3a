"""The transcript view: any bytes in any display, within limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QTextBlock
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.client.transcript import Display, EntryKind, Transcript
from app.ui.console.transcript import LEAST_LINES, MAX_BYTES_ANEW, TranscriptView
from app.ui.style import theme
from app.ui.style.palette import quiet_color
from app.ui.style.tokens import Scheme, tokens
from app.ui.widgets.text_view import MAX_LINES, Ink


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> Iterator[TranscriptView]:
    theme.Theme.of(qapp).use(Scheme.LIGHT)
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(640, 200)
    view.show()
    yield view
    theme.Theme.of(qapp).use(Scheme.SYSTEM)


def pieces(block: QTextBlock) -> list[tuple[str, QColor, bool]]:
    """The text and colour of each part of a line, and whether it is large."""
    found = []
    piece = block.begin()
    while not piece.atEnd():
        style = piece.fragment().charFormat()
        color = style.foreground().color()
        found.append((piece.fragment().text(), color, style.fontPointSize() > 0))
        piece += 1
    return found


def transcript(*said: tuple[EntryKind, bytes | str]) -> Transcript:
    made = Transcript()
    for kind, data in said:
        made.append(1_000_000.0, kind, data)
    return made


SAID = transcript(
    (EntryKind.EVENT, "Connected."),
    (EntryKind.SENT, b"hi"),
    (EntryKind.RECEIVED, b"\x00"),
    (EntryKind.TROUBLE, "Not sent."),
)


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_kinds_differ_in_mark_and_colour_in_light_and_dark(
    view: TranscriptView, qapp: QApplication, qtbot: QtBot, scheme: Scheme
) -> None:
    view.show_news(SAID.since(0))
    theme.Theme.of(qapp).use(scheme)
    design = tokens(scheme).colors
    sent, received, trouble = (
        QColor(each) for each in (design.info, design.success, design.danger)
    )
    faint = quiet_color(qapp.palette())

    def shown() -> list[tuple[str, QColor, bool]]:
        document = view.document()
        return [pieces(document.findBlockByNumber(line))[1] for line in (1, 2, 3)]

    qtbot.waitUntil(lambda: shown()[0][1] == sent)
    assert shown() == [
        ("→", sent, True),
        ("←", received, True),
        ("!", trouble, True),
    ]
    assert [color for _, color, _ in pieces(view.document().firstBlock())] == [faint] * 3
    assert pieces(view.document().findBlockByNumber(1))[0][1] == faint


def test_the_time_of_an_answer_is_faint(view: TranscriptView, qapp: QApplication) -> None:
    view.add_lines([("14:02:11.420 ←  hello   (0.4 ms)", Ink.GREEN)])
    assert [text for text, *_ in pieces(view.document().firstBlock())] == [
        "14:02:11.420 ",
        "←",
        "  hello",
        "   (0.4 ms)",
    ]
    assert pieces(view.document().firstBlock())[-1][1] == quiet_color(qapp.palette())


def test_changing_the_display_applies_to_old_and_new_entries(view: TranscriptView) -> None:
    view.show_news(SAID.since(0))
    view.show_all(SAID, Display.BOTH)
    assert "→  68 69 " in view.toPlainText()
    assert "|hi|" in view.toPlainText()
    assert "Connected." in view.toPlainText()
    view.show_news(transcript((EntryKind.SENT, b"yo")).since(0))
    assert "|yo|" in view.toPlainText()
    view.show_all(SAID, Display.TEXT)
    assert "→  hi\n" in view.toPlainText()


@settings(
    deadline=None,  # the first letter of a script may load a font
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=40,
)
@given(st.lists(st.binary(max_size=60)), st.sampled_from(Display), st.booleans())
def test_any_bytes_can_be_shown_in_any_display(
    view: TranscriptView, chunks: list[bytes], display: Display, anew: bool
) -> None:
    said = transcript(*((EntryKind.RECEIVED, chunk) for chunk in chunks))
    view.show_all(Transcript(), display)
    if anew:
        view.show_all(said, display)
    else:
        view.show_news(said.since(0))
    if display is not Display.TEXT:
        digits = [line[16:].partition("  |")[0] for line in view.toPlainText().split("\n")]
        assert bytes.fromhex(" ".join(digits)) == b"".join(chunks)


@pytest.mark.parametrize("display", Display)
def test_a_long_transcript_shows_its_newest_part_and_a_note(
    view: TranscriptView, display: Display
) -> None:
    said = Transcript()
    for _ in range(64):
        said.append(0.0, EntryKind.RECEIVED, b"\n" * 100 + b"x" * 60_000)
    said.append(0.0, EntryKind.RECEIVED, b"\nthe end\n")
    view.show_all(said, display)
    assert view.blockCount() <= MAX_LINES
    assert MAX_BYTES_ANEW < 60_000 * 64
    assert "older chunks)" in view.toPlainText().split("\n")[0] or view.blockCount() == MAX_LINES
    assert "the end" in view.toPlainText() or display is Display.HEX


@pytest.mark.parametrize("display", Display)
def test_a_page_is_shown_at_once_and_a_flood_in_small_parts(
    qapp: QApplication, qtbot: QtBot, display: Display
) -> None:
    view = TranscriptView(clock=lambda: 0.0)
    qtbot.addWidget(view)
    view.display = display
    view.clear()
    said = Transcript()
    counts = []
    for _ in range(4):
        before = said.last
        said.append(0.0, EntryKind.RECEIVED, b"0123456789abcde\n" * 2_000)
        shown = view.blockCount()
        view.show_news(said.since(before))
        counts.append(view.blockCount() - shown)
    assert counts[0] >= 1_999
    assert "too fast" not in "".join(view.toPlainText().split("\n")[:2_000])
    assert counts[3] == LEAST_LINES + 1
    left_out = 2_000 - LEAST_LINES
    words = f"{left_out:,} lines" if display is Display.TEXT else f"{left_out * 16:,} bytes"
    assert f"({words} came too fast to show)" in view.toPlainText()


def test_a_pause_allows_many_lines_again(qapp: QApplication, qtbot: QtBot) -> None:
    seconds = [0.0]
    view = TranscriptView(clock=lambda: seconds[0])
    qtbot.addWidget(view)
    for _ in range(3):
        view.show_news(transcript((EntryKind.RECEIVED, b"line\n" * 3_000)).since(0))
    view.clear()
    seconds[0] = 1.0
    view.show_news(transcript((EntryKind.RECEIVED, b"line\n" * 3_000)).since(0))
    assert view.blockCount() == 3_000


def test_events_are_shown_even_during_a_flood(view: TranscriptView) -> None:
    flooded = Transcript(max_entries=500)
    flooded.append(0.0, EntryKind.EVENT, "Connected.")
    for number in range(2_000):
        flooded.append(1.0, EntryKind.RECEIVED, b"x\n")
        if number == 1_550:
            flooded.append(1.0, EntryKind.TROUBLE, "Not sent.")
    view.show_news(flooded.since(0))
    text = view.toPlainText()
    assert text.count("Connected.") == text.count("Not sent.") == 1
    assert text.count("←  x") + 1_600 == 2_000
    assert "(1,600 chunks came too fast to show)" in text
