"""A comparison on the screen: its sentence, its rows, and the chosen row as two hex dumps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.text.hex import WIDTH, hexdump
from app.traffic.comparison import Compared, MessageComparison, Outcome, Range
from app.ui.conversations.comparison_model import (
    CAME,
    EXPECTED,
    MARK_ALPHA,
    OUTCOME,
    ComparisonModel,
    MarkedBytes,
    outcome_color,
)
from app.ui.style.theme import MonoFont
from app.ui.widgets.labels import WrappingLabel

MOST_DUMPED: Final = 64 * 1024
"""Bytes of one message that the dumps show."""

MOST_MARKS: Final = 2_000
HEX_AT: Final = 10
TEXT_AT: Final = 61
"""The columns of a hex dump where the hex digits and the text begin."""


class ComparisonView(QWidget):
    """Shows a `MessageComparison`, or a sentence instead of it."""

    def __init__(
        self, titles: tuple[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        """`titles` are those of the two sides, as in `ComparisonModel`."""
        super().__init__(parent)
        self.model = ComparisonModel(titles, self)
        self.summary = WrappingLabel()
        self.only_different = QCheckBox(self.tr("Only what is &not equal"))
        self.table = QTableView()
        self.dumps = (QPlainTextEdit(), QPlainTextEdit())
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._set_up_table()
        self._lay_out([self.model.headerData(side, Qt.Orientation.Horizontal) for side in (1, 2)])
        self.only_different.toggled.connect(self.model.hide_equal)
        self.model.modelReset.connect(self._choose_first)

    def show_comparison(self, comparison: MessageComparison) -> None:
        """Show its rows, and its sentence."""
        self.summary.setText(self._sentence(comparison))
        self.summary.setProperty("wrong", not comparison.is_equal)
        self.style().unpolish(self.summary)
        self.style().polish(self.summary)
        self.model.show_comparison(comparison)

    def _sentence(self, comparison: MessageComparison) -> str:
        words = {
            Outcome.EQUAL: self.tr("{0} equal"),
            Outcome.DIFFERENT: self.tr("{0} different"),
            Outcome.MISSING: self.tr("{0} missing"),
            Outcome.EXTRA: self.tr("{0} extra"),
        }
        counts = [(comparison.count(each), text) for each, text in words.items()]
        parts = [text.format(f"{count:,}") for count, text in counts if count]
        if not parts:
            return self.tr("Nothing was expected, and nothing came.")
        return self.tr("Messages: {0}.").format(", ".join(parts))

    def _set_up_table(self) -> None:
        self.table.setModel(self.model)
        marked = MarkedBytes(self.table)
        for column in (EXPECTED, CAME):
            self.table.setItemDelegateForColumn(column, marked)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(self.tr("Comparison"))
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(OUTCOME, QHeaderView.ResizeMode.ResizeToContents)
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)

    def _lay_out(self, titles: Sequence[str]) -> None:
        self.summary.setObjectName("trouble")
        bar = QHBoxLayout()
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.only_different)
        dumps = QWidget()
        beside = QHBoxLayout(dumps)
        beside.setContentsMargins(0, 4, 0, 0)
        for title, dump in zip(titles, self.dumps, strict=True):
            dump.setReadOnly(True)
            dump.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            dump.setAccessibleName(title)
            MonoFont(dump)
            column = QVBoxLayout()
            label = QLabel(title)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setBuddy(dump)
            column.addWidget(label)
            column.addWidget(dump)
            beside.addLayout(column)
        self.split.addWidget(self.table)
        self.split.addWidget(dumps)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.split, 1)

    def _choose_first(self) -> None:
        """Choose the first row that is not equal, or the first one."""
        count = self.model.rowCount()
        rows = (row for row in range(count) if self.model.row(row).outcome is not Outcome.EQUAL)
        if count:
            self.table.selectRow(next(rows, 0))
        else:
            self._show_chosen()

    def _show_chosen(self) -> None:
        current = self.table.currentIndex()
        row = self.model.row(current.row()) if current.isValid() else None
        for dump, (data, marks) in zip(self.dumps, _sides(row), strict=True):
            shown = (data or b"")[:MOST_DUMPED]
            dump.setPlainText(hexdump(shown) if shown else "")
            color = outcome_color(row.outcome, self.palette()) if row else QColor()
            dump.setExtraSelections(_selections(dump, marks, len(shown), color))


def _sides(row: Compared | None) -> tuple[tuple[bytes | None, Sequence[Range]], ...]:
    if row is None:
        return (None, ()), (None, ())
    return (row.expected, row.expected_marks), (row.came, row.came_marks)


def _selections(
    dump: QPlainTextEdit, marks: Sequence[Range], size: int, color: QColor
) -> list[QTextEdit.ExtraSelection]:
    """The marks of the bytes in `marks`, in the hex digits and in the text of `dump`."""
    form = QTextCharFormat()
    ground = QColor(color)
    ground.setAlpha(MARK_ALPHA)
    form.setBackground(ground)
    found: list[QTextEdit.ExtraSelection] = []
    for start, stop in marks:
        for line, first, last in _lines(start, min(stop, size)):
            if len(found) >= MOST_MARKS:
                return found
            found.append(_selection(dump, line, *hex_columns(first, last), form))
            found.append(_selection(dump, line, TEXT_AT + first, TEXT_AT + last, form))
    return found


def _lines(start: int, stop: int) -> list[tuple[int, int, int]]:
    """The lines of a dump that have the bytes of a range: the line, and where they are in it."""
    return [
        (line, max(start - line * WIDTH, 0), min(stop - line * WIDTH, WIDTH))
        for line in range(start // WIDTH, (stop + WIDTH - 1) // WIDTH)
    ]


def hex_columns(first: int, last: int) -> tuple[int, int]:
    """The columns of the hex digits of the bytes from `first` to before `last` of a line."""

    def column(place: int) -> int:
        return HEX_AT + 3 * place + (place >= WIDTH // 2)

    return column(first), column(last - 1) + 2


def _selection(
    dump: QPlainTextEdit, line: int, first: int, last: int, form: QTextCharFormat
) -> QTextEdit.ExtraSelection:
    each = QTextEdit.ExtraSelection()
    cursor = QTextCursor(dump.document().findBlockByNumber(line))
    length = max(0, cursor.block().length() - 1)
    begin = cursor.block().position()
    cursor.setPosition(begin + min(first, length))
    cursor.setPosition(begin + min(last, length), QTextCursor.MoveMode.KeepAnchor)
    each.cursor = cursor
    each.format = form
    return each
