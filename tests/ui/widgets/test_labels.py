"""Labels that shorten or wrap their text."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QTextLayout
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.labels import ElidingButton, ElidingLabel, PartsLabel, WrappingLabel

NAME = "A name that somebody typed in because nobody told him not to"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture(params=[ElidingLabel, ElidingButton])
def elided(request: pytest.FixtureRequest, window: QWidget) -> ElidingLabel | ElidingButton:
    made: ElidingLabel | ElidingButton = request.param(window)
    made.setText(NAME)
    return made


def wrapped(label: QLabel, width: int) -> list[str]:
    """The lines of a label of this width."""
    text = QLabel.text(label)
    layout = QTextLayout(text, label.font())
    lines = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(text[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    return lines


def picture(widget: QWidget, width: int) -> QImage:
    widget.resize(width, widget.sizeHint().height())
    return widget.grab().toImage()


def test_it_can_be_much_narrower_than_its_text(elided: ElidingLabel | ElidingButton) -> None:
    assert elided.minimumSizeHint().width() < elided.sizeHint().width() / 3


def test_a_short_text_needs_no_more_than_itself(elided: ElidingLabel | ElidingButton) -> None:
    elided.setText("a")
    assert elided.minimumSizeHint().width() <= elided.sizeHint().width()


def test_a_layout_gives_it_its_whole_text_if_there_is_room(
    elided: ElidingLabel | ElidingButton, window: QWidget
) -> None:
    line = QHBoxLayout(window)
    line.addWidget(elided)
    line.addStretch(1)
    window.resize(1000, 60)
    window.show()
    assert elided.width() == elided.sizeHint().width()


def test_too_little_room_shows_a_shortened_text(
    elided: ElidingLabel | ElidingButton,
) -> None:
    whole = picture(elided, elided.sizeHint().width())
    half = elided.width() // 2
    assert picture(elided, half) != whole.copy(0, 0, half, whole.height())


def test_a_label_without_room_has_all_of_its_text_in_its_tool_tip(qtbot: QtBot) -> None:
    label = ElidingLabel()
    qtbot.addWidget(label)
    label.setText(NAME)
    picture(label, 60)
    assert label.toolTip() == NAME
    picture(label, label.sizeHint().width())
    assert label.toolTip() == ""


def test_a_line_of_parts_leaves_out_the_last_ones_before_it_cuts_a_number(qtbot: QtBot) -> None:
    label, plain = PartsLabel(), QLabel("47 messages")
    for each in (label, plain):
        qtbot.addWidget(each)
    whole = PartsLabel.SEPARATOR.join((plain.text(), "38 chunks kept"))
    label.setText(whole)
    width = plain.sizeHint().width()
    assert picture(label, width) == picture(plain, width)
    assert label.toolTip() == whole
    picture(label, label.sizeHint().width())
    assert label.toolTip() == ""


def test_a_label_with_room_paints_as_any_other(qtbot: QtBot) -> None:
    label, plain = ElidingLabel(), QLabel(NAME)
    for each in (label, plain):
        qtbot.addWidget(each)
    label.setText(NAME)
    assert picture(label, plain.sizeHint().width()) == picture(plain, plain.sizeHint().width())


def test_a_window_grows_with_a_longer_text(qtbot: QtBot) -> None:
    window, label = QWidget(), WrappingLabel(least_lines=2)
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(label)
    window.resize(200, 10)
    window.show()
    two_lines = label.height()
    assert two_lines >= label.fontMetrics().lineSpacing() * 2
    label.setText("short")
    assert label.height() == two_lines
    label.setText("long words " * 20)
    qtbot.waitUntil(lambda: label.height() > two_lines)
    assert label.height() >= label.heightForWidth(label.width())
    assert window.width() == 200


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Choose a program that ends in .py, or a folder.", "a folder."),
        ("选择一个以 .py 结尾的程序，或者一个文件夹。", "件夹。"),
    ],
)
def test_no_short_word_stands_alone_on_the_last_line(qtbot: QtBot, text: str, end: str) -> None:
    label = WrappingLabel()
    qtbot.addWidget(label)
    label.setText(text)
    assert label.text() == text
    raw = QLabel.text(label).translate({0xA0: " ", 0x2060: None})
    assert raw == text
    whole = label.fontMetrics().horizontalAdvance(text)
    for width in range(whole // 2, whole):
        lines = wrapped(label, width)
        assert len(lines) == 1 or len(lines[-1]) >= len(end)


def test_it_needs_fewer_lines_when_there_is_more_width(qtbot: QtBot) -> None:
    window, label = QWidget(), WrappingLabel()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(label)
    label.setText("long words " * 20)
    window.resize(200, 10)
    window.show()
    narrow = label.minimumSizeHint().height()
    window.resize(800, 10)
    qtbot.waitUntil(lambda: label.minimumSizeHint().height() < narrow)
