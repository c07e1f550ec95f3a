"""The chunk log as a table, which changes when it is told to pull: at the front and at the end."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.client.formatting import Legible, timestamp
from app.traffic.chunk_log import Chunk, ChunkLog
from app.ui import formatting
from app.ui.traffic.names import Names

Index = QModelIndex | QPersistentModelIndex

TIME, CONNECTION, DIRECTION, SIZE, DATA = range(5)
PREVIEW_BYTES = 240

_DISPLAY = Qt.ItemDataRole.DisplayRole
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS = {SIZE: _RIGHT, DIRECTION: _CENTRE}


class TrafficModel(QAbstractTableModel):
    """Shows the chunks kept at the last `pull`; strings are made when they are painted."""

    def __init__(self, log: ChunkLog, names: Names, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._names = names
        self._first = self._end = log.first
        self._titles = (
            self.tr("Time"),
            self.tr("Connection"),
            self.tr("Direction"),
            self.tr("Size"),
            self.tr("Data"),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._end - self._first

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY and index.isValid():
            chunk = self.chunk(index.row())
            return "" if chunk is None else self._text(chunk, index.column())
        if role == _ALIGNMENT and index.isValid():
            return _ALIGNMENTS.get(index.column(), _LEFT)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == _DISPLAY:
            return self._titles[section]
        return _ALIGNMENTS.get(section, _LEFT) if role == _ALIGNMENT else None

    def chunk(self, row: int) -> Chunk | None:
        """The chunk that `row` shows; `None` if the log has dropped it since the last `pull`."""
        return self._log.chunk(self._first + row)

    def pull(self) -> None:
        """Show what the log keeps now."""
        first, end = self._log.look()
        if first >= self._end:
            self.beginResetModel()
            self._first, self._end = first, end
            self.endResetModel()
            return
        if first > self._first:
            self.beginRemoveRows(QModelIndex(), 0, first - self._first - 1)
            self._first = first
            self.endRemoveRows()
        if end > self._end:
            start = self._end - self._first
            self.beginInsertRows(QModelIndex(), start, end - self._first - 1)
            self._end = end
            self.endInsertRows()

    def _text(self, chunk: Chunk, column: int) -> str:
        match column:
            case 0:
                return timestamp(chunk.time)
            case 1:
                return self._names.of(chunk.connection)
            case 2:
                return "→" if chunk.sent else "←"
            case 3:
                return formatting.size(len(chunk.data))
            case _:
                return Legible().feed(chunk.data[:PREVIEW_BYTES]).replace("\n", "⏎")
