"""A hex view: offset, hex digits and text. It paints only the rows on the screen, so bytes of any
size open at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum
from itertools import islice

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.text.hex import WIDTH, as_hex, cells
from app.ui.style.theme import MonoFont

OFFSET_DIGITS = 8
HEX_AT = OFFSET_DIGITS + 2
"""The columns of the view, as characters from the left."""

ROWS = (2 * WIDTH, WIDTH, WIDTH // 2)
"""The bytes in a row, the most first. The first that fits is taken, or the last."""

SOFT_ALPHA = 80
MARGIN = 6


class ByteColumn(Enum):
    """The column that the user clicked last. It decides the format of a copy."""

    HEX = "hex"
    TEXT = "text"


class HexView(QAbstractScrollArea):
    """Shows bytes as offset, hex and text. A range can be selected by mouse or keys.

    `selection` is `(start, stop)`, the same in both columns. The cursor is at the end that moves.
    An empty selection is at the cursor.
    """

    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = b""
        self._encoding = "utf-8"
        self.bytes_in_row = WIDTH
        self._anchor = 0
        self._cursor = 0
        self._has_selection = False
        self._marks: Sequence[tuple[int, int]] = ()
        self._mark_color = QColor()
        self.side = ByteColumn.HEX
        MonoFont(self)
        metrics = QFontMetricsF(self.font())
        self._char = metrics.horizontalAdvance("0")
        self._line = metrics.height()
        self._ascent = metrics.ascent()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Bytes of the chosen chunk"))
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAutoFillBackground(True)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)

    @property
    def data(self) -> bytes:
        """The shown bytes."""
        return self._data

    @property
    def marks(self) -> Sequence[tuple[int, int]]:
        """The marked ranges."""
        return self._marks

    @property
    def cursor_at(self) -> int:
        """The offset of the byte under the cursor."""
        return self._cursor

    @property
    def selection(self) -> tuple[int, int]:
        """`(start, stop)` of the selected bytes."""
        if not self._has_selection:
            return self._cursor, self._cursor
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor) + 1

    @property
    def selected(self) -> bytes:
        """The selected bytes; all bytes if none are selected."""
        start, stop = self.selection
        return self._data[start:stop] if stop > start else self._data

    def show_data(self, data: bytes) -> None:
        """Show `data` from its beginning, with nothing selected or marked."""
        self._data = data
        self._marks = ()
        self._anchor = self._cursor = 0
        self._has_selection = False
        self._fit_bars()
        self.verticalScrollBar().setValue(0)
        self._report_selection()

    def use_encoding(self, encoding: str) -> None:
        """Decode the text column with the Python codec `encoding`."""
        self._encoding = encoding
        self.viewport().update()

    def show_marks(self, marks: Sequence[tuple[int, int]], color: QColor) -> None:
        """Paint the bytes of these ranges on a ground of `color`. The ranges are sorted."""
        self._marks, self._mark_color = marks, color
        self.viewport().update()

    def copy(self) -> None:
        """Copy the selected bytes, or all: as hex or text, as the column that was clicked last."""
        data = self.selected
        is_hex = self.side is ByteColumn.HEX
        text = as_hex(data) if is_hex else data.decode(self._encoding, "backslashreplace")
        if data:
            QGuiApplication.clipboard().setText(text)

    def select(self, start: int, stop: int) -> None:
        """Select `data[start:stop]` and scroll to its beginning."""
        self._has_selection = stop > start
        self._anchor, self._cursor = max(start, stop - 1), start
        self._show_cursor()
        self._report_selection()

    def select_all(self) -> None:
        """Select every byte, without scrolling."""
        self._has_selection = bool(self._data)
        self._anchor, self._cursor = 0, max(0, len(self._data) - 1)
        self._report_selection()

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        to = self._key_target(event)
        if to is None:
            super().keyPressEvent(event)
            return
        self._move(to, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = self._offset_at(event.position().toPoint())
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move(place, extend=extend)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(self._offset_at(event.position().toPoint(), keep_side=True), extend=True)

    def _key_target(self, event: QKeyEvent) -> int | None:
        whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key, at = Qt.Key(event.key()), self._cursor
        page = max(1, self._rows_on_screen() - 1) * self.bytes_in_row
        match key:
            case Qt.Key.Key_Home:
                return 0 if whole else at - at % self.bytes_in_row
            case Qt.Key.Key_End:
                return (
                    len(self._data) - 1
                    if whole
                    else at - at % self.bytes_in_row + self.bytes_in_row - 1
                )
            case Qt.Key.Key_PageUp:
                return at - page
            case Qt.Key.Key_PageDown:
                return at + page
            case Qt.Key.Key_Left:
                return at - 1
            case Qt.Key.Key_Right:
                return at + 1
            case Qt.Key.Key_Up:
                return at - self.bytes_in_row
            case Qt.Key.Key_Down:
                return at + self.bytes_in_row
            case _:
                return None

    def _move(self, to: int, *, extend: bool) -> None:
        self._cursor = max(0, min(to, len(self._data) - 1))
        if not extend:
            self._anchor = self._cursor
        self._has_selection = bool(self._data) and extend
        self._show_cursor()
        self._report_selection()

    def _offset_at(self, at: QPoint, *, keep_side: bool = False) -> int:
        """The offset of the byte nearest to `at`. Sets `side` unless `keep_side` is true."""
        column = (at.x() + self.horizontalScrollBar().value() - MARGIN) / self._char
        row = self.verticalScrollBar().value() + int(at.y() // self._line)
        if not keep_side:
            self.side = ByteColumn.TEXT if column >= self._text_at - 1 else ByteColumn.HEX
        if self.side is ByteColumn.TEXT:
            inside = int(column - self._text_at)
        else:
            column -= HEX_AT
            inside = int((column - (column >= 3 * self.bytes_in_row // 2)) / 3)
        return row * self.bytes_in_row + max(0, min(inside, self.bytes_in_row - 1))

    def _report_selection(self) -> None:
        start, stop = self.selection
        self.setAccessibleDescription(
            self.tr("Offset {0}: {1}. {2} bytes selected.").format(
                self._cursor, self._data[self._cursor : self._cursor + 1].hex(), stop - start
            )
        )
        self.viewport().update()
        self.selection_changed.emit()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        before = self.bytes_in_row
        for self.bytes_in_row in ROWS:
            if self._needed_width() <= self.viewport().width():
                break
        self._fit_bars()
        if self.bytes_in_row != before:
            self._show_cursor()
            self.viewport().update()

    @property
    def _text_at(self) -> int:
        """The column of the text, as characters from the left."""
        return HEX_AT + 3 * self.bytes_in_row + 2

    @property
    def _end_at(self) -> int:
        return self._text_at + self.bytes_in_row

    def _needed_width(self) -> int:
        """The width of a row in pixels."""
        return round(self._end_at * self._char) + 2 * MARGIN

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.translate(MARGIN - self.horizontalScrollBar().value(), 0)
        first = self.verticalScrollBar().value()
        for line in range(self._rows_on_screen() + 1):
            start = (first + line) * self.bytes_in_row
            if start >= len(self._data) and start:
                break
            self._paint_row(painter, start, line * self._line)

    def _paint_row(self, painter: QPainter, start: int, top: float) -> None:
        row = self._data[start : start + self.bytes_in_row]
        if not row:
            return
        palette, base = self.palette(), top + self._ascent
        self._paint_marks(painter, start, len(row), top)
        self._paint_selection(painter, start, len(row), top)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(QPoint(0, round(base)), f"{start:0{OFFSET_DIGITS}x}")
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        for place, byte in enumerate(row):
            painter.drawText(QPoint(round(self._hex_x(place)), round(base)), f"{byte:02x}")
        for place, cell in enumerate(cells(self._data, start, start + len(row), self._encoding)):
            if cell:
                painter.drawText(QPoint(round(self._text_x(place)), round(base)), cell)

    def _paint_selection(self, painter: QPainter, start: int, count: int, top: float) -> None:
        soft = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        soft.setAlpha(SOFT_ALPHA)
        begin, end = self.selection
        self._fill(painter, begin - start, min(end - start, count), top, soft)
        place = self._cursor - start
        if 0 <= place < count and self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            line = self._line - 1
            painter.drawRect(QRectF(self._hex_x(place), top, 2 * self._char, line))
            painter.drawRect(QRectF(self._text_x(place), top, self._char, line))

    def _paint_marks(self, painter: QPainter, start: int, count: int, top: float) -> None:
        first = bisect_right(self._marks, start, key=lambda mark: mark[1])
        for begin, end in islice(self._marks, first, None):
            if begin >= start + count:
                break
            self._fill(painter, begin - start, min(end - start, count), top, self._mark_color)

    def _fill(self, painter: QPainter, begin: int, end: int, top: float, color: QColor) -> None:
        """Fill the ground of the bytes of a row from `begin` to before `end`, in both columns."""
        begin = max(0, begin)
        if end > begin:
            left, right = self._hex_x(begin), self._hex_x(end - 1) + 2 * self._char
            painter.fillRect(QRectF(left, top, right - left, self._line), color)
            left, right = self._text_x(begin), self._text_x(end)
            painter.fillRect(QRectF(left, top, right - left, self._line), color)

    def _hex_x(self, place: int) -> float:
        return self._char * (HEX_AT + 3 * place + (place >= self.bytes_in_row // 2))

    def _text_x(self, place: int) -> float:
        return self._char * (self._text_at + place)

    def _rows_on_screen(self) -> int:
        return max(1, int(self.viewport().height() / self._line))

    def _fit_bars(self) -> None:
        rows = -(-len(self._data) // self.bytes_in_row)
        bar, shown = self.verticalScrollBar(), self._rows_on_screen()
        bar.setRange(0, max(0, rows - shown))
        bar.setPageStep(shown)
        across = self.horizontalScrollBar()
        width = self._needed_width()
        across.setRange(0, max(0, width - self.viewport().width()))
        across.setPageStep(self.viewport().width())
        across.setSingleStep(round(self._char))

    def _show_cursor(self) -> None:
        bar, row = self.verticalScrollBar(), self._cursor // self.bytes_in_row
        last = bar.value() + self._rows_on_screen() - 1
        if row < bar.value():
            bar.setValue(row)
        elif row > last:
            bar.setValue(bar.value() + row - last)
