"""The live connections as a table: a sorted, filtered list that changes at most once a tick.

Qt's own sorting proxy asks a Python model for each cell in each comparison: 16 s for 100 000 rows.
Here the list itself is sorted and filtered, in milliseconds. Whatever a tick brings becomes one
removal at the end, one insertion at the end, and one new order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.server.connection import Connection
from app.ui.connections.columns import columns

Index = QModelIndex | QPersistentModelIndex

_DISPLAY = Qt.ItemDataRole.DisplayRole
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
_TOOL_TIP = Qt.ItemDataRole.ToolTipRole
_NUMBER = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ConnectionsModel(QAbstractTableModel):
    """Owns the rows on show. Who owns the deck says what opened and closed."""

    def __init__(self, seconds: Callable[[], float], parent: QObject | None = None) -> None:
        """`seconds` gives the time of now, on the clock of the connections."""
        super().__init__(parent)
        self.columns = columns()
        self._seconds = seconds
        self._rows: list[Connection] = []
        self._sort_column: int | None = None
        self._descending = False
        self._accepts: Callable[[Connection], bool] = lambda connection: True

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            if not index.isValid():
                return None
            return self.columns[index.column()].text(self._rows[index.row()], self._seconds())
        if role == _ALIGNMENT and index.isValid():
            return _NUMBER if self.columns[index.column()].is_number else _WORDS
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return column.title
        if role == _TOOL_TIP:
            return column.hint
        if role == _ALIGNMENT:
            return _NUMBER if column.is_number else _WORDS
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by `column`; -1 is the order of arrival."""
        self._sort_column = column if 0 <= column < len(self.columns) else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._reorder(self._in_order(self._rows))

    # What the pane asks

    def connection(self, row: int) -> Connection:
        """The connection that `row` shows."""
        return self._rows[row]

    def show(
        self, connections: Iterable[Connection], accepts: Callable[[Connection], bool]
    ) -> None:
        """Show those of `connections` that the filter `accepts`, and of later ones too."""
        self._accepts = accepts
        wanted = [connection for connection in connections if accepts(connection)]
        keep = set(wanted)
        self._remove([connection for connection in self._rows if connection not in keep])
        known = set(self._rows)
        self._append([connection for connection in wanted if connection not in known])
        self._reorder(self._in_order(self._rows))

    def apply(self, opened: Collection[Connection], closed: Collection[Connection]) -> None:
        """Take the closed ones out and the opened ones in, unless `show` has done so already."""
        if closed:
            gone = set(closed)
            self._remove([connection for connection in self._rows if connection in gone])
        known = set(self._rows) if opened else set()
        new = [
            each for each in opened if each.connected and each not in known and self._accepts(each)
        ]
        if new:
            self._append(new)
            if self._sort_column is not None:
                self._reorder(self._in_order(self._rows))

    @property
    def is_sorted_by_something_moving(self) -> bool:
        """Whether the order may change though no row comes or goes."""
        return self._sort_column is not None and self.columns[self._sort_column].is_moving

    def resort(self) -> None:
        """Put rows whose values changed in their places."""
        self._reorder(self._in_order(self._rows))

    def touch(self, first: int, last: int) -> None:
        """The values of the rows from `first` to `last` may be other ones now."""
        last = min(last, len(self._rows) - 1)
        if first <= last:
            self.dataChanged.emit(
                self.index(first, 0), self.index(last, len(self.columns) - 1), [_DISPLAY]
            )

    def _in_order(self, rows: Iterable[Connection]) -> list[Connection]:
        if self._sort_column is None:
            return sorted(rows, key=lambda connection: connection.number)
        key, now = self.columns[self._sort_column].key, self._seconds()
        return sorted(rows, key=lambda each: key(each, now), reverse=self._descending)

    def _append(self, new: list[Connection]) -> None:
        if not new:
            return
        start = len(self._rows)
        self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
        self._rows.extend(new)
        self.endInsertRows()

    def _remove(self, gone: list[Connection]) -> None:
        """Move the gone rows to the end, however they are scattered, and cut the end off."""
        if not gone:
            return
        dead = set(gone)
        living = [connection for connection in self._rows if connection not in dead]
        self._reorder(living + gone)
        self.beginRemoveRows(QModelIndex(), len(living), len(self._rows) - 1)
        del self._rows[len(living) :]
        self.endRemoveRows()

    def _reorder(self, rows: list[Connection]) -> None:
        """Show the same connections in another order; the selection stays with them."""
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        if old:
            places = {connection: row for row, connection in enumerate(rows)}
            new = [self.index(places[self._rows[i.row()]], i.column()) for i in old]
            self._rows = rows
            self.changePersistentIndexList(old, new)
        else:
            self._rows = rows
        self.layoutChanged.emit()
