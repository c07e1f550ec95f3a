"""Chunks as a table, which changes when it is told to pull: at the front and at the end."""

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
from app.traffic.connection_info import ConnectionDirectory, name_of
from app.traffic.framing import MessageError
from app.traffic.source import AllRows, ChunkSource, RowSelection
from app.ui.style.theme import AMBER, BLUE, GREEN, pick

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
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS = {SIZE: _RIGHT, DIRECTION: _CENTRE}


class TimeForm(Enum):
    """What the time column says."""

    CLOCK = "clock"
    SINCE_FIRST = "since first"
    """Seconds since the first chunk since the log began or was cleared, also once it is gone."""

    SINCE_PREVIOUS = "since previous"
    """Seconds since the chunk of the row above."""


class TrafficModel(QAbstractTableModel):
    """Shows the rows that there were at the last `pull`; strings are made when they are painted."""

    def __init__(
        self, log: ChunkSource, parties: ConnectionDirectory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._parties = parties
        self._rows: RowSelection = AllRows(log)
        self._first, self._end = self._rows.first, self._rows.end
        self._flaw: Callable[[int], MessageError] | None = None
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
        self._lost = self.tr("(not kept any more)")
        self._flaws = {
            MessageError.NONE: ("", ""),
            MessageError.CUT: (
                self.tr("[cut] "),
                self.tr("Too long for one row: it goes on in the next."),
            ),
            MessageError.BROKEN: (self.tr("[broken] "), self.tr("Not as the framing has it.")),
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
                return self._lost if index.column() == DATA else ""
            return self._text(chunk, index)
        if role == _ALIGNMENT:
            return _ALIGNMENTS.get(index.column(), _LEFT)
        if role == _BACKGROUND and self._is_found is not None:
            number = self.number(index.row())
            return _found_brush() if number is not None and self._is_found(number) else None
        if role == _TOOL_TIP:
            return self._tip(index)
        if role == _FOREGROUND and index.column() == DIRECTION:
            chunk = self.chunk(index.row())
            return None if chunk is None else _direction_color(chunk.sent)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == _DISPLAY:
            return self._titles[section]
        return _ALIGNMENTS.get(section, _LEFT) if role == _ALIGNMENT else None

    def number(self, row: int) -> int | None:
        """The number of the chunk that `row` shows; `None` if it is not kept any more."""
        position = self._first + row
        return self._rows.number(position) if position >= self._rows.first else None

    def chunk(self, row: int) -> Chunk | None:
        """The chunk that `row` shows; `None` if it is not kept any more."""
        number = self.number(row)
        return None if number is None else self._log.chunk(number)

    def numbers(self, start: int = 0, stop: int | None = None) -> array[int]:
        """The numbers of the chunks in those rows that are kept."""
        end = self._end if stop is None else min(self._first + stop, self._end)
        begin = max(self._first + start, self._rows.first)
        return self._rows.numbers(begin, max(begin, end))

    def row(self, number: int) -> int | None:
        """The row that shows the chunk of that number, if one does."""
        position = self._rows.position(number)
        if not max(self._first, self._rows.first) <= position < min(self._end, self._rows.end):
            return None
        return position - self._first if self._rows.number(position) == number else None

    def use_log(self, log: ChunkSource, flaw: Callable[[int], MessageError] | None = None) -> None:
        """Show all that is in another log. `flaw` says what is wrong with a message, by number."""
        self.beginResetModel()
        self._log = log
        self._rows = AllRows(log)
        self._first, self._end = self._rows.first, self._rows.end
        self._is_found = None
        self._flaw = flaw
        self.endResetModel()

    def use_encoding(self, encoding: str) -> None:
        """Read the bytes as text in `encoding`, as Python calls it."""
        self._encoding = encoding
        if self.rowCount():
            self.dataChanged.emit(self.index(0, DATA), self.index(self.rowCount() - 1, DATA))

    def show_rows(self, rows: RowSelection, until: int | None = None) -> None:
        """Show other rows than so far: those of chunks below the number `until`, or all."""
        self.beginResetModel()
        self._rows = rows
        self._first = rows.first
        self._end = rows.end if until is None else rows.position(until)
        self.endResetModel()

    def mark(self, is_found: Callable[[int], bool] | None) -> None:
        """Mark the rows of the chunks that were found; `is_found` takes a chunk's number."""
        self._is_found = is_found

    def grow(self, until: int) -> None:
        """Show what a scan found since then below the number `until`; remove nothing."""
        end = self._rows.position(until)
        if end > max(self._end, self._rows.first):
            self._insert(end)

    def use_time(self, form: TimeForm) -> None:
        """Say the time in another way from now on."""
        self._time_form = form
        if self.rowCount():
            self.dataChanged.emit(self.index(0, TIME), self.index(self.rowCount() - 1, TIME))

    def pull(self) -> None:
        """Show what the rows are now."""
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

    def _text(self, chunk: Chunk, index: Index) -> str:
        match index.column():
            case 0:
                return self._time(chunk, index.row())
            case 1:
                return name_of(chunk.connection, self._parties)
            case 2:
                return "→" if chunk.sent else "←"
            case 3:
                return readable.format_size(len(chunk.data))
            case _:
                text = _preview(chunk.data, self._encoding)
                if self._flaw is None:
                    return text
                return self._flaws[self._flaw(chunk.number)][0] + text.removesuffix("⏎")

    def _tip(self, index: Index) -> str | None:
        """In words what a mark means."""
        chunk = self.chunk(index.row())
        if chunk is None:
            return None
        if index.column() == DIRECTION:
            party = self._parties.party(chunk.connection)
            peer = f"#{chunk.connection}" if party is None else party.peer
            words = self.tr("Sent to {0}") if chunk.sent else self.tr("Received from {0}")
            return words.format(peer)
        if index.column() == DATA and self._flaw is not None:
            return self._flaws[self._flaw(chunk.number)][1]
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
    legible = ReadableText(encoding)
    head = data[:PREVIEW_BYTES]
    text = legible.feed(head)
    if len(head) == len(data):
        text += legible.finish()
    return text.replace("\n", "⏎")


def _direction_color(sent: bool) -> QColor:
    return pick(BLUE if sent else GREEN, QGuiApplication.palette())


def _found_brush() -> QBrush:
    color = QColor(pick(AMBER, QGuiApplication.palette()))
    color.setAlpha(FOUND_ALPHA)
    return QBrush(color)
