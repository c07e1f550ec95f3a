"""A form grows with its rows, and scrolls only if the screen is too low."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.widgets.layouts import (
    SCREEN_SHARE,
    ActionRow,
    FittingContent,
    FittingScroll,
    FoldingBox,
    FoldingTabs,
    widen_labels,
)


class Tall(QDialog):
    """A dialog that scrolls rows of a known height."""

    def __init__(self) -> None:
        super().__init__()
        content = FittingContent()
        self.rows = QVBoxLayout(content)
        self.area = FittingScroll(content)
        QVBoxLayout(self).addWidget(self.area)

    def add(self, height: int) -> None:
        row = QLabel("A row")
        row.setFixedHeight(height)
        self.rows.addWidget(row)

    def scrolls(self) -> bool:
        return self.area.verticalScrollBar().maximum() > 0


@pytest.fixture
def tall(qtbot: QtBot) -> Tall:
    dialog = Tall()
    qtbot.addWidget(dialog)
    dialog.add(40)
    dialog.show()
    return dialog


def test_it_grows_with_its_content(tall: Tall, qtbot: QtBot) -> None:
    assert tall.height() < 300
    tall.add(300)
    qtbot.waitUntil(lambda: tall.area.viewport().height() > 340)
    assert not tall.scrolls()


def test_it_scrolls_before_it_leaves_the_screen(tall: Tall, qtbot: QtBot) -> None:
    screen = tall.screen().availableGeometry().height()
    tall.add(2 * screen)
    qtbot.waitUntil(tall.scrolls)
    assert tall.area.height() == pytest.approx(screen * SCREEN_SHARE, abs=1)


class Part(QWidget):
    """A part of 200 by 20 pixels, at least 50 wide."""

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(50, 20)


def test_parts_are_in_a_column_if_they_do_not_fit_into_a_row(
    qtbot: QtBot,
) -> None:
    box = FoldingBox(spacing=10)
    qtbot.addWidget(box)
    first, second = Part(), Part()
    box.add(first)
    box.add(second)
    box.resize(500, 20)
    box.show()
    assert not box.is_folded
    assert box.minimumSizeHint() == QSize(50, 20)
    assert box.sizeHint() == QSize(410, 20)
    box.resize(300, 50)
    assert box.is_folded
    assert box.minimumSizeHint() == QSize(50, 45)  # the rows are closer than the columns
    second.hide()
    qtbot.waitUntil(lambda: not box.is_folded)
    assert box.minimumSizeHint() == QSize(50, 20)
    second.show()
    qtbot.waitUntil(lambda: box.is_folded)


def test_a_part_on_top_is_level_with_the_first_row_of_its_neighbour(qtbot: QtBot) -> None:
    box, rows, part = FoldingBox(is_patient=True), FoldingBox(), Part()
    qtbot.addWidget(box)
    rows.add(Part())
    rows.add(Part())
    box.add(rows)
    box.add(part, is_on_top=True)
    box.resize(350, 60)
    box.show()
    qtbot.waitUntil(lambda: rows.is_folded)
    assert not box.is_folded
    assert part.geometry().top() == 0
    assert part.height() == 20


class LayoutRequests(QObject):
    """Counts how often a widget is asked to lay out its content anew."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.mark.parametrize("width", [60, 600])
def test_a_row_of_actions_comes_to_rest(qtbot: QtBot, qapp: QApplication, width: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = [QAction(text, window) for text in ("Send", "Close")]
    row = ActionRow(actions)
    QVBoxLayout(window).addWidget(row)
    window.resize(width, 100)
    window.show()
    for _ in range(10):
        qapp.processEvents()
    requests = LayoutRequests()
    row.installEventFilter(requests)
    for _ in range(10):
        qapp.processEvents()
    assert not requests.count


class Page(QWidget):
    """A page whose least size can change. It counts how often it is asked for that."""

    least = QSize(300, 100)
    asked = 0

    def minimumSizeHint(self) -> QSize:
        self.asked += 1
        return self.least


def test_tabs_on_show_ask_their_pages_again_only_after_one_has_changed(
    qtbot: QtBot,
) -> None:
    page, tabs = Page(), FoldingTabs()
    qtbot.addWidget(tabs)
    tabs.addTab(page, "One")
    tabs.show()
    before = tabs.minimumSizeHint()
    page.asked = 0
    assert tabs.minimumSizeHint() == before
    assert not page.asked
    page.least = QSize(500, 200)
    page.updateGeometry()
    qtbot.waitUntil(lambda: tabs.minimumSizeHint() == before + QSize(200, 100))


def test_hidden_tabs_ask_their_pages_each_time(qtbot: QtBot) -> None:
    page, tabs = Page(), FoldingTabs()
    qtbot.addWidget(tabs)
    tabs.addTab(page, "One")
    before = tabs.minimumSizeHint()
    page.least = QSize(500, 200)
    assert tabs.minimumSizeHint() == before + QSize(200, 100)


def test_the_label_of_a_field_has_room_for_the_gap_at_its_underlined_letter(qtbot: QtBot) -> None:
    form = QWidget()
    qtbot.addWidget(form)
    rows = QFormLayout(form)
    label = QLabel("&Transport")
    rows.addRow(label, QLineEdit())
    before = label.sizeHint().width()
    widen_labels(rows)
    form.show()
    assert label.contentsRect().width() > before
