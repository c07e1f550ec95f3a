"""Tips and message boxes show text letter by letter, whatever it looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics, QGuiApplication, Qt, QTextDocument
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.plain_text import (
    LONGEST_TIP,
    balanced_width,
    message_box,
    plain_tip,
    set_tip,
)

WRAPS = int(Qt.TextFlag.TextWordWrap)
HOSTILE = "<h1>x</h1><img src=file:///etc/passwd>"


def shown(tip: str) -> str:
    """What Qt shows for `tip`."""
    if not Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize(
    "text", ["Echo", "GET / <b>", HOSTILE, "a < b & c", "&lt;b&gt; is <b>", "x" * 200, "a\nb <i>"]
)
def test_a_tip_shows_the_text_as_it_is(text: str) -> None:
    assert shown(plain_tip(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
def test_no_text_becomes_markup(text: str) -> None:
    tip = plain_tip(text)
    assert tip == text or "<" not in tip[len('<p style="white-space: pre-wrap">') : -len("</p>")]


def test_a_tip_is_bounded() -> None:
    assert len(shown(plain_tip("x" * 100_000))) == LONGEST_TIP + 1


def test_a_tip_without_markup_is_not_changed() -> None:
    assert plain_tip("Close (Ctrl+W)") == "Close (Ctrl+W)"


def test_a_widget_gets_its_tip(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    set_tip(label, HOSTILE)
    assert shown(label.toolTip()) == HOSTILE
    set_tip(label, "")
    assert label.toolTip() == ""


def test_a_message_box_shows_the_text_as_it_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = message_box(parent, "Open", HOSTILE)
    assert (box.text(), box.textFormat()) == (HOSTILE, Qt.TextFormat.PlainText)


def test_no_word_stands_alone_on_the_last_line_of_a_message_box(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    text = "Two listeners have seven connections, and stopping closes all of them at once. " * 2
    metrics = message_box(window, "Title", text).fontMetrics()
    lines = metrics.boundingRect(QRect(0, 0, 460, 0), WRAPS, text).height()
    width = balanced_width(metrics, text, 460)
    assert metrics.boundingRect(QRect(0, 0, width, 0), WRAPS, text).height() == lines
    assert metrics.boundingRect(QRect(0, 0, width - 1, 0), WRAPS, text).height() > lines
    label = message_box(window, "Title", text).findChild(QLabel, "qt_msgbox_label")
    assert isinstance(label, QLabel)
    assert label.minimumWidth() >= balanced_width(label.fontMetrics(), text, 460)


def test_a_word_that_cannot_wrap_makes_a_message_box_no_narrower(qtbot: QtBot) -> None:
    metrics = QFontMetrics(QGuiApplication.font())
    assert balanced_width(metrics, "x" * 900, 460) == 460
    assert balanced_width(metrics, "Short?", 460) < 460


def test_a_box_that_was_made_otherwise_is_plain_once_it_opens(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    close = QMessageBox.StandardButton.Close
    box = QMessageBox(QMessageBox.Icon.Warning, "Open", HOSTILE, close, parent)
    open_modal(box)
    (label,) = [each for each in box.findChildren(QLabel) if each.text() == HOSTILE]
    assert label.textFormat() == Qt.TextFormat.PlainText
    box.close()
