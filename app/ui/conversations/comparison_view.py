"""A comparison on the screen: its sentence, its rows, and the chosen row in two hex views.

The bytes that differ are marked, in the cells of the table and in the hex views.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QObject,
    QPointF,
    QRect,
    Qt,
)
from PySide6.QtGui import (
    QBrush,
    QColor,
    QGuiApplication,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.traffic.comparison import Compared, MessageComparison, Outcome, Range
from app.ui.content.hex_view import HexView
from app.ui.style.palette import tint_color
from app.ui.style.theme import mono_font
from app.ui.style.tokens import Tint
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.tables import Index, RowsModel, set_up_table
from app.ui.widgets.translation import listed

OUTCOME, EXPECTED, CAME = range(3)
ROW_ROLE = Qt.ItemDataRole.UserRole
"""The `Compared` of a row."""

PREVIEW_BYTES: Final = 240
LEAD_BYTES: Final = 12
"""Bytes that are shown before the first mark of a long message."""

MARK_ALPHA: Final = 70
_TINTS: Final = {
    Outcome.EQUAL: Tint.SUCCESS,
    Outcome.DIFFERENT: Tint.WARNING,
    Outcome.MISSING: Tint.DANGER,
    Outcome.EXTRA: Tint.INFO,
}


def outcome_color(outcome: Outcome, palette: QPalette) -> QColor:
    """The colour of an outcome, for its word and for the marks of its bytes."""
    return tint_color(_TINTS[outcome], palette)


class ComparisonModel(RowsModel):
    """Shows all rows of a comparison, or only those that are not equal."""

    def __init__(
        self, titles: tuple[str, str] | None = None, parent: QObject | None = None
    ) -> None:
        """`titles` are those of the two sides, by default *Expected* and *Came*."""
        super().__init__(parent)
        self._all: tuple[Compared, ...] = ()
        self.rows: tuple[Compared, ...] = ()
        self._hides_equal = False
        self.titles = (self.tr("Result"), *(titles or (self.tr("Expected"), self.tr("Came"))))
        self._words = {
            Outcome.EQUAL: self.tr("equal"),
            Outcome.DIFFERENT: self.tr("different"),
            Outcome.MISSING: self.tr("missing"),
            Outcome.EXTRA: self.tr("extra"),
        }

    def show_comparison(self, comparison: MessageComparison) -> None:
        """Show another comparison."""
        self._all = comparison.rows
        self._filter()

    def hide_equal(self, hides: bool) -> None:
        """Show only what is not equal, or all again."""
        self._hides_equal = hides
        self._filter()

    def row(self, row: int) -> Compared:
        """The row of the comparison that is shown at `row`."""
        return self.rows[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == OUTCOME:
                return self._words[row.outcome]
            return preview(*_side(row, index.column()))[0]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == OUTCOME:
            return QBrush(outcome_color(row.outcome, QGuiApplication.palette()))
        return None

    def _filter(self) -> None:
        self.beginResetModel()
        self.rows = tuple(
            row for row in self._all if not (self._hides_equal and row.outcome is Outcome.EQUAL)
        )
        self.endResetModel()


class MarkedBytes(QStyledItemDelegate):
    """Paints the bytes of a cell on one line, and marks those that differ."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Compared = index.data(ROW_ROLE)
        data, marks = _side(row, index.column())
        text, ranges = preview(data, marks)
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        styled.text = ""
        style = QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, styled, painter, styled.widget)
        if not text:
            return
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 3
        room = option.rect.adjusted(margin, 0, -margin, 0)
        color = outcome_color(row.outcome, option.palette)
        if row.outcome in (Outcome.MISSING, Outcome.EXTRA):
            ranges = ((0, len(text)),)
        ink = option.palette.color(QPalette.ColorRole.Text)
        _draw(painter, room, text, _formats(ranges, color), ink)


def preview(data: bytes | None, marks: Sequence[Range] = ()) -> tuple[str, tuple[Range, ...]]:
    """The bytes as one line, from shortly before the first mark, and where its marks are."""
    if data is None:
        return "", ()
    begin = marks[0][0] - LEAD_BYTES if marks else 0
    begin = begin if len(data) > PREVIEW_BYTES and begin > 0 else 0
    pieces = ["…"] if begin else []
    length = len(pieces)
    places = [0] * begin + [length]
    end = min(len(data), begin + PREVIEW_BYTES)
    for byte in data[begin:end]:
        piece = repr(bytes((byte,)))[2:-1]
        pieces.append(piece)
        length += len(piece)
        places.append(length)
    if end < len(data):
        pieces.append("…")
    shown = (
        (places[max(start, begin)], places[min(stop, end)])
        for start, stop in marks
        if start < end and stop > begin
    )
    return "".join(pieces), tuple(shown)


def _side(row: Compared, column: int) -> tuple[bytes | None, Sequence[Range]]:
    if column == EXPECTED:
        return row.expected, row.expected_marks
    return row.came, row.came_marks


def _formats(ranges: Sequence[Range], color: QColor) -> list[QTextLayout.FormatRange]:
    ground = QColor(color)
    ground.setAlpha(MARK_ALPHA)
    found = []
    for start, stop in ranges:
        each = QTextLayout.FormatRange()
        each.start, each.length = start, stop - start
        mark = QTextCharFormat()
        mark.setBackground(ground)
        mark.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        mark.setUnderlineColor(color)
        each.format = mark
        found.append(each)
    return found


def _draw(
    painter: QPainter,
    room: QRect,
    text: str,
    formats: list[QTextLayout.FormatRange],
    ink: QColor,
) -> None:
    layout = QTextLayout(text, mono_font())
    layout.setFormats(formats)
    layout.beginLayout()
    line = layout.createLine()
    line.setNumColumns(len(text))
    layout.endLayout()
    top = room.top() + (room.height() - line.height()) / 2
    painter.save()
    painter.setClipRect(room)
    painter.setPen(ink)
    layout.draw(painter, QPointF(room.left(), top))
    painter.restore()


class ComparisonView(QWidget):
    """Shows a `MessageComparison`, or a sentence instead of it."""

    def __init__(self, titles: tuple[str, str] | None = None) -> None:
        """`titles` are those of the two sides, as in `ComparisonModel`."""
        super().__init__()
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
        return self.tr("Messages: {0}.").format(listed(parts))

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
        bar = fill(QHBoxLayout(), (self.summary, 1), self.only_different)
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
        fill(QVBoxLayout(self), bar, (self.split, 1), margins=0)

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
