"""The table view of the connections: flat, fast with many rows, with a word where it is empty."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.server.monitor import ClosedConnection
from app.ui.connections.columns import LISTENER, Row, columns

# MERGED ui/connections/model: The connections as a table: a sorted, filtered list that changes at most once a tick.
#
# Qt's own sorting proxy asks a Python model for each cell in each comparison: 16 s for 100 000 rows.
# Here the list itself is sorted and filtered, in milliseconds. Whatever a tick brings becomes one
# removal at the end, one insertion at the end, and one new order.

Index = QModelIndex | QPersistentModelIndex

_LAYOUT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
"""Which of the signals that Qt calls by one name."""

_DISPLAY = Qt.ItemDataRole.DisplayRole
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
_TOOL_TIP = Qt.ItemDataRole.ToolTipRole
_FOREGROUND = Qt.ItemDataRole.ForegroundRole
_DECORATION = Qt.ItemDataRole.DecorationRole
_NUMBER = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ConnectionsModel(QAbstractTableModel):
    """Owns the rows on show. Who owns the deck says what opened and closed."""

    def __init__(
        self,
        seconds: Callable[[], float],
        process_of: Callable[[Row], str] = lambda row: "",
        swatch_of: Callable[[Row], QPixmap | None] = lambda row: None,
        parent: QObject | None = None,
    ) -> None:
        """`seconds` gives the time of now, on the clock of the connections.

        `process_of` names the process at the other end, and `swatch_of` draws the colour of the
        listener of a row.
        """
        super().__init__(parent)
        self.columns = columns(process_of)
        self.quiet = QColor()
        """The colour of what is over."""
        self._seconds = seconds
        self._swatch_of = swatch_of
        self._swatch_column = self.column(LISTENER)
        self._rows: list[Row] = []
        self._sort_column: int | None = None
        self._descending = False
        self._accepts: Callable[[Row], bool] = lambda row: True

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
        if role == _FOREGROUND and index.isValid():
            return self.quiet if isinstance(self._rows[index.row()], ClosedConnection) else None
        if role == _DECORATION and index.column() == self._swatch_column:
            return self._swatch_of(self._rows[index.row()])
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

    def column(self, name: str) -> int:
        """Where the column called `name` is."""
        return [each.name for each in self.columns].index(name)

    def row(self, number: int) -> Row:
        """What the row of that number shows."""
        return self._rows[number]

    def show(self, rows: Iterable[Row], accepts: Callable[[Row], bool]) -> None:
        """Show those of `rows` that the filter `accepts`, and of later ones too."""
        self._accepts = accepts
        wanted = [row for row in rows if accepts(row)]
        keep = set(wanted)
        self._remove([row for row in self._rows if row not in keep])
        known = set(self._rows)
        self._append([row for row in wanted if row not in known])
        self._reorder(self._in_order(self._rows))

    def apply(self, came: Collection[Row], went: Collection[Row]) -> None:
        """Take out what `went` and in what `came`, unless `show` has done so already.

        What is left of a connection that went takes its place, and stays selected if that was.
        """
        known = set(self._rows) if came else set()
        new = {
            each.number: each
            for each in came
            if _is_current(each) and each not in known and self._accepts(each)
        }
        if went:
            gone = set(went)
            self._replace(gone, new)
            self._remove([row for row in self._rows if row in gone])
        if new:
            self._append(sorted(new.values(), key=lambda row: row.number))
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

    def _in_order(self, rows: Iterable[Row]) -> list[Row]:
        if self._sort_column is None:
            return sorted(rows, key=lambda row: row.number)
        key, now = self.columns[self._sort_column].key, self._seconds()
        return sorted(rows, key=lambda each: key(each, now), reverse=self._descending)

    def _replace(self, gone: Collection[Row], new: dict[int, Row]) -> None:
        """Put what is `new` in the place of what is `gone` and had the same number."""
        places = [
            place for place, row in enumerate(self._rows) if row.number in new and row in gone
        ]
        for place in places:
            self._rows[place] = new.pop(self._rows[place].number)
        if places:
            self.dataChanged.emit(
                self.index(places[0], 0), self.index(places[-1], len(self.columns) - 1)
            )

    def _append(self, new: list[Row]) -> None:
        if not new:
            return
        start = len(self._rows)
        self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
        self._rows.extend(new)
        self.endInsertRows()

    def _remove(self, gone: list[Row]) -> None:
        """Move the gone rows to the end, however they are scattered, and cut the end off."""
        if not gone:
            return
        dead = set(gone)
        living = [row for row in self._rows if row not in dead]
        self._reorder(living + gone)
        self.beginRemoveRows(QModelIndex(), len(living), len(self._rows) - 1)
        del self._rows[len(living) :]
        self.endRemoveRows()

    def _reorder(self, rows: list[Row]) -> None:
        """Show the same rows in another order; the selection stays with them."""
        if rows == self._rows:
            return
        # Only with this hint is a selection one index a row, and not one for each of its cells.
        hint = QAbstractTableModel.LayoutChangeHint.VerticalSortHint
        changing: Any = self.layoutAboutToBeChanged
        changing[_LAYOUT].emit([], hint)
        old = self.persistentIndexList()
        if old:
            places = {row: place for place, row in enumerate(rows)}
            new = [self.index(places[self._rows[i.row()]], i.column()) for i in old]
            self._rows = rows
            self.changePersistentIndexList(old, new)
        else:
            self._rows = rows
        changed: Any = self.layoutChanged
        changed[_LAYOUT].emit([], hint)


def _is_current(row: Row) -> bool:
    """Whether it has a row. One that came and went between two ticks has not, but what is left."""
    return row.connected or isinstance(row, ClosedConnection)


class ConnectionsTable(QTableView):
    """Shows a `ConnectionsModel`, or a hint in place of rows."""

    def __init__(self, model: ConnectionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._connections = model
        self._hint = QLabel(self.viewport())
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        QVBoxLayout(self.viewport()).addWidget(self._hint)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Connections"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        # With that of the table, it asks for each row of a selection whether all columns have it.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    @property
    def hint(self) -> str:
        """What is said in place of rows; empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def show_hint(self, text: str) -> None:
        """Say `text`, or nothing."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def visible_rows(self) -> range:
        """The rows on the screen."""
        viewport = self.viewport().rect()
        first = max(0, self.rowAt(viewport.top()))
        last = self.rowAt(viewport.bottom())
        return range(first, (last if last >= 0 else self._connections.rowCount() - 1) + 1)

    def touch_visible(self) -> None:
        """The values of the rows on the screen may be other ones now."""
        rows = self.visible_rows()
        if self.isVisible() and rows:
            self._connections.touch(rows[0], rows[-1])
