"""The rows of a comparison as a table, with the bytes that differ marked in their cells."""

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
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.traffic.comparison import Compared, MessageComparison, Outcome, Range
from app.ui.style.palette import tint_color
from app.ui.style.theme import mono_font
from app.ui.style.tokens import Tint
from app.ui.widgets.tables import Index, RowsModel

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
