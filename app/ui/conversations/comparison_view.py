"""A comparison on the screen: its sentence, its rows, and the chosen row in two hex views."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.traffic.comparison import Compared, MessageComparison, Outcome, Range
from app.ui.content.hex_view import HexView
from app.ui.conversations.comparison_model import (
    CAME,
    EXPECTED,
    MARK_ALPHA,
    OUTCOME,
    ComparisonModel,
    MarkedBytes,
    outcome_color,
)
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.tables import set_up_table


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
        self.dumps = (HexView(), HexView())
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
        set_up_table(self.table, self.model, self.tr("Comparison"))
        marked = MarkedBytes(self.table)
        for column in (EXPECTED, CAME):
            self.table.setItemDelegateForColumn(column, marked)
        header = self.table.horizontalHeader()
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
            dump.setAccessibleName(title)
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
        color = QColor(outcome_color(row.outcome, self.palette()) if row else QColor())
        color.setAlpha(MARK_ALPHA)
        for dump, (data, marks) in zip(self.dumps, _sides(row), strict=True):
            dump.show_data(data or b"")
            dump.show_marks(marks, color)


def _sides(row: Compared | None) -> tuple[tuple[bytes | None, Sequence[Range]], ...]:
    if row is None:
        return (None, ()), (None, ())
    return (row.expected, row.expected_marks), (row.came, row.came_marks)
