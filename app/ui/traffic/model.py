"""The table model of the traffic: a row for each chunk, or for each message.

The log may change at any time. The model changes only in `pull`: rows are removed at the front and
added at the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication

from app.client.transcript import timestamp
from app.text import readable
from app.text.readable import ReadableText
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionDirectory, connection_name
from app.traffic.framing import MessageError
from app.traffic.source import AllRows, ChunkSource, RowSelection
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.cells import Cell, CellStyle
from app.ui.widgets.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex

TIME, CONNECTION, DIRECTION, SIZE, DATA = range(5)
PREVIEW_BYTES = 240
FOUND_ALPHA = 56

_DISPLAY = Qt.ItemDataRole.DisplayRole
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
_FOREGROUND = Qt.ItemDataRole.ForegroundRole
_BACKGROUND = Qt.ItemDataRole.BackgroundRole
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_TOOL_TIP = Qt.ItemDataRole.ToolTipRole
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS = {SIZE: _RIGHT, DIRECTION: _CENTRE}
_STYLES = {
    TIME: CellStyle(),
    CONNECTION: CellStyle(keeps_port=True),
    DIRECTION: CellStyle(is_centred=True),
    SIZE: CellStyle(is_right=True),
    DATA: CellStyle(is_mono=True),
}


class TimeForm(Enum):
    """The content of the time column."""

    CLOCK = "clock"
    SINCE_FIRST = "since first"
    """Seconds since the first chunk after the start of the log or after it was cleared. The chunk
    itself may be dropped already."""

    SINCE_PREVIOUS = "since previous"
    """Seconds since the chunk of the row above."""


class TrafficModel(QAbstractTableModel):
    """Shows the rows of the last `pull`. Texts are made when they are painted."""

    def __init__(
        self, log: ChunkSource, directory: ConnectionDirectory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._directory = directory
        self._rows: RowSelection = AllRows(log)
        self._first, self._end = self._rows.first, self._rows.end
        self._error_of: Callable[[int], MessageError] | None = None
        self._encoding = "utf-8"
        self._is_found: Callable[[int], bool] | None = None
        self._time_form = TimeForm.CLOCK
        self._titles = (
            self.tr("Time"),
            self.tr("Connection"),
            self.tr("Direction"),
            self.tr("Size"),
            self.tr("Data"),
        )
        self._missing_text = self.tr("(not kept any more)")
        self._error_texts = {
            MessageError.NONE: ("", ""),
            MessageError.CUT: (
                self.tr("[cut] "),
                self.tr("Too long for one row: it goes on in the next."),
            ),
            MessageError.BROKEN: (self.tr("[broken] "), self.tr("It does not follow the framing.")),
            MessageError.UNFINISHED: (self.tr("[unfinished] "), self.tr("Its end never came.")),
        }

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._end - self._first

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        if role == _DISPLAY:
            chunk = self.chunk(index.row())
            if chunk is None:
                return self._missing_text if index.column() == DATA else ""
            return self._text(chunk, index.row(), index.column())
        if role == _ALIGNMENT:
            return _ALIGNMENTS.get(index.column(), _LEFT)
        if role == _BACKGROUND and self._is_found is not None:
            number = self.number(index.row())
            return QBrush(_found_color()) if number is not None and self._is_found(number) else None
        if role == _TOOL_TIP:
            return self._tip(index)
        if role == _FOREGROUND and index.column() == DIRECTION:
            chunk = self.chunk(index.row())
            return None if chunk is None else _direction_color(chunk.sent)
        return None

    def cell(self, row: int, column: int) -> Cell:
        """What the cell shows, for `CellDelegate`: all in one call."""
        number = self.number(row)
        chunk = None if number is None else self._log.chunk(number)
        if number is None or chunk is None:
            return Cell(self._missing_text if column == DATA else "", _STYLES[column])
        is_found = self._is_found is not None and self._is_found(number)
        return Cell(
            self._text(chunk, row, column),
            _STYLES[column],
            _direction_color(chunk.sent) if column == DIRECTION else None,
            None,
            _found_color() if is_found else None,
        )

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if section == DIRECTION:  # a narrow column of arrows
            return self._titles[section] if role in (_TOOL_TIP, _SPOKEN) else None
        if role == _DISPLAY:
            return self._titles[section]
        return _ALIGNMENTS.get(section, _LEFT) if role == _ALIGNMENT else None

    def number(self, row: int) -> int | None:
        """The number of the chunk of `row`; `None` if the log has dropped it."""
        position = self._first + row
        return self._rows.number(position) if position >= self._rows.first else None

    def chunk(self, row: int) -> Chunk | None:
        """The chunk of `row`; `None` if the log has dropped it."""
        number = self.number(row)
        return None if number is None else self._log.chunk(number)

    def numbers(self, start: int = 0, stop: int | None = None) -> array[int]:
        """The numbers of the chunks in these rows, without the dropped ones."""
        end = self._end if stop is None else min(self._first + stop, self._end)
        begin = max(self._first + start, self._rows.first)
        return self._rows.numbers(begin, max(begin, end))

    def row(self, number: int) -> int | None:
        """The row of the chunk with this number; `None` if no row shows it."""
        position = self._rows.position(number)
        if not max(self._first, self._rows.first) <= position < min(self._end, self._rows.end):
            return None
        return position - self._first if self._rows.number(position) == number else None

    def use_log(
        self, log: ChunkSource, error_of: Callable[[int], MessageError] | None = None
    ) -> None:
        """Show all chunks of another log. `error_of` returns the error of a message by number."""
        self.beginResetModel()
        self._log = log
        self._rows = AllRows(log)
        self._first, self._end = self._rows.first, self._rows.end
        self._is_found = None
        self._error_of = error_of
        self.endResetModel()

    def use_encoding(self, encoding: str) -> None:
        """Decode the bytes with the Python codec `encoding`."""
        self._encoding = encoding
        if self.rowCount():
            self.dataChanged.emit(self.index(0, DATA), self.index(self.rowCount() - 1, DATA))

    def show_rows(self, rows: RowSelection, until: int | None = None) -> None:
        """Replace the rows: all of `rows`, or those with numbers below `until`."""
        self.beginResetModel()
        self._rows = rows
        self._first = rows.first
        self._end = rows.end if until is None else rows.position(until)
        self.endResetModel()

    def mark(self, is_found: Callable[[int], bool] | None) -> None:
        """Mark the rows of found chunks; `is_found` takes the number of a chunk."""
        self._is_found = is_found

    def grow(self, until: int) -> None:
        """Add the rows that a scan found since then, below the number `until`. Remove none."""
        end = self._rows.position(until)
        if end > max(self._end, self._rows.first):
            self._insert(end)

    def use_time(self, form: TimeForm) -> None:
        """Change the content of the time column."""
        self._time_form = form
        if self.rowCount():
            self.dataChanged.emit(self.index(0, TIME), self.index(self.rowCount() - 1, TIME))

    def pull(self) -> None:
        """Remove dropped rows and add new ones."""
        first, end = self._rows.first, self._rows.end
        if first >= self._end:
            if (first, end) != (self._first, self._end):
                self.show_rows(self._rows)
            return
        if first > self._first:
            self.beginRemoveRows(QModelIndex(), 0, first - self._first - 1)
            self._first = first
            self.endRemoveRows()
        if end > self._end:
            self._insert(end)

    def _insert(self, end: int) -> None:
        self.beginInsertRows(QModelIndex(), self._end - self._first, end - self._first - 1)
        self._end = end
        self.endInsertRows()

    def _text(self, chunk: Chunk, row: int, column: int) -> str:
        if column == TIME:
            return self._time(chunk, row)
        if column == CONNECTION:
            return connection_name(chunk.connection, self._directory)
        if column == DIRECTION:
            return "→" if chunk.sent else "←"
        if column == SIZE:
            return readable.format_size(len(chunk.data))
        text = _preview(chunk.data, self._encoding)
        if self._error_of is None:
            return text
        return self._error_texts[self._error_of(chunk.number)][0] + text.removesuffix("⏎")

    def _tip(self, index: Index) -> str | None:
        """The meaning of the arrow or of the mark, in words."""
        chunk = self.chunk(index.row())
        if chunk is None:
            return None
        if index.column() == DIRECTION:
            info = self._directory.info(chunk.connection)
            peer = f"#{chunk.connection}" if info is None else info.peer
            words = self.tr("Sent to {0}") if chunk.sent else self.tr("Received from {0}")
            return plain_tip(words.format(peer))
        if index.column() == DATA and self._error_of is not None:
            return plain_tip(self._error_texts[self._error_of(chunk.number)][1])
        return None

    def _time(self, chunk: Chunk, row: int) -> str:
        match self._time_form:
            case TimeForm.CLOCK:
                return timestamp(chunk.time)
            case TimeForm.SINCE_FIRST:
                return f"{chunk.time - self._log.began_at:,.6f}"
            case TimeForm.SINCE_PREVIOUS:
                above = self.chunk(row - 1) if row else None
                return "" if above is None else f"{chunk.time - above.time:,.6f}"


def _preview(data: bytes, encoding: str) -> str:
    decoder = ReadableText(encoding)
    head = data[:PREVIEW_BYTES]
    text = decoder.feed(head)
    if len(head) == len(data):
        text += decoder.finish()
    else:
        text += "…"
    return text.replace("\n", "⏎")


def _direction_color(sent: bool) -> QColor:
    return tint_color(Tint.INFO if sent else Tint.SUCCESS, QGuiApplication.palette())


def _found_color() -> QColor:
    color = QColor(tint_color(Tint.WARNING, QGuiApplication.palette()))
    color.setAlpha(FOUND_ALPHA)
    return color
