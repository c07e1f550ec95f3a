"""The connections table: its model and its view, fast with many rows.

The model is a sorted and filtered list that changes at most once a tick. Qt's own sorting proxy is
too slow, as it asks a Python model for each cell in each comparison: 16 s for 100 000 rows. The
list is sorted and filtered in milliseconds. The changes of a tick become one removal at the end,
one insertion at the end, and one new order.
"""

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
    Signal,
)
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.server.monitor import ClosedConnection
from app.ui.connections.columns import LISTENER, LOCAL, PEER, TARGET, Row, columns, faults_of
from app.ui.widgets.cells import Cell, CellDelegate, CellStyle

Index = QModelIndex | QPersistentModelIndex

_LAYOUT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
"""The signature of the layout signals that take a hint. Qt overloads these signals."""

_DISPLAY = Qt.ItemDataRole.DisplayRole
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
_TOOL_TIP = Qt.ItemDataRole.ToolTipRole
_FOREGROUND = Qt.ItemDataRole.ForegroundRole
_DECORATION = Qt.ItemDataRole.DecorationRole
_FIRST_ORDER = Qt.ItemDataRole.InitialSortOrderRole
_LARGEST_FIRST = Qt.SortOrder.DescendingOrder.value
_SMALLEST_FIRST = Qt.SortOrder.AscendingOrder.value
_NUMBER = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ConnectionsModel(QAbstractTableModel):
    """Owns the rows that are shown. The pane reports opened and closed connections to it."""

    def __init__(
        self,
        seconds: Callable[[], float],
        process_of: Callable[[Row], str] = lambda row: "",
        swatch_of: Callable[[Row], QPixmap | None] = lambda row: None,
        parent: QObject | None = None,
    ) -> None:
        """`seconds` returns the current time on the clock of the connections.

        `process_of` returns the process at the other end of a row, and `swatch_of` the colour
        swatch of its listener.
        """
        super().__init__(parent)
        self.columns = columns(process_of)
        self.quiet = QColor()
        """The text colour of closed connections."""
        self.warning = QColor()
        """The text colour of connections that faults disturb."""
        self.fault_mark: QPixmap | None = None
        """The mark of connections that faults disturb."""
        self._seconds = seconds
        self._swatch_of = swatch_of
        self._swatch_column = self.column(LISTENER)
        self._peer_column = self.column(PEER)
        self._changing = [at for at, each in enumerate(self.columns) if each.is_changing]
        self._styles = [
            CellStyle(is_right=each.is_number, keeps_port=each.name in (PEER, LOCAL, TARGET))
            for each in self.columns
        ]
        self._rows: list[Row] = []
        self._sort_column: int | None = None
        self._descending = False
        self._accepts: Callable[[Row], bool] = lambda row: True

    # Called by Qt

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

    def cell(self, row: int, column: int) -> Cell:
        """What the cell shows, for `CellDelegate`: all in one call."""
        shown = self._rows[row]
        if column == self._peer_column and faults_of(shown):
            text = self.columns[column].text(shown, self._seconds())
            return Cell(text, self._styles[column], self.warning, self.fault_mark)
        return Cell(
            self.columns[column].text(shown, self._seconds()),
            self._styles[column],
            self.quiet if isinstance(shown, ClosedConnection) else None,
            self._swatch_of(shown) if column == self._swatch_column else None,
        )

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
        if role == _FIRST_ORDER:
            return _LARGEST_FIRST if column.is_number else _SMALLEST_FIRST
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by `column`. -1 means the order of arrival."""
        self._sort_column = column if 0 <= column < len(self.columns) else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._reorder(self._in_order(self._rows))

    # Called by the pane

    def column(self, name: str) -> int:
        """The index of the column `name`."""
        return [each.name for each in self.columns].index(name)

    def row(self, number: int) -> Row:
        """The connection in that row."""
        return self._rows[number]

    def number_of(self, connection: int) -> int | None:
        """The row of the connection with that number, if it is shown."""
        return next((at for at, row in enumerate(self._rows) if row.number == connection), None)

    def live_count(self) -> int:
        """How many of the rows are live connections."""
        return sum(row.connected for row in self._rows)

    def show(self, rows: Iterable[Row], accepts: Callable[[Row], bool]) -> None:
        """Show the `rows` that pass the filter `accepts`. It applies to later rows too."""
        self._accepts = accepts
        wanted = [row for row in rows if accepts(row)]
        keep = set(wanted)
        self._remove([row for row in self._rows if row not in keep])
        known = set(self._rows)
        self._append([row for row in wanted if row not in known])
        self._reorder(self._in_order(self._rows))

    def apply(self, came: Collection[Row], went: Collection[Row]) -> None:
        """Remove the rows in `went` and add those in `came`, unless `show` did so already.

        The record of a closed connection replaces its live row and keeps the selection.
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
    def is_sorted_by_changing_column(self) -> bool:
        """Whether the order may change while the rows stay the same."""
        return self._sort_column is not None and self.columns[self._sort_column].is_changing

    def resort(self) -> None:
        """Sort again, because values changed."""
        self._reorder(self._in_order(self._rows))

    def update_rows(self, first: int, last: int, *, traffic_only: bool = False) -> None:
        """Report that the values of the rows from `first` to `last` may have changed, or only those
        that change with the traffic: half of the cells need not be painted then."""
        last = min(last, len(self._rows) - 1)
        changed = self._changing if traffic_only else range(len(self.columns))
        if first <= last:
            left, right = changed[0], changed[-1]
            self.dataChanged.emit(self.index(first, left), self.index(last, right), [_DISPLAY])

    def _in_order(self, rows: Iterable[Row]) -> list[Row]:
        if self._sort_column is None:
            return sorted(rows, key=lambda row: row.number)
        key, now = self.columns[self._sort_column].key, self._seconds()
        return sorted(rows, key=lambda each: key(each, now), reverse=self._descending)

    def _replace(self, gone: Collection[Row], new: dict[int, Row]) -> None:
        """Replace rows in `gone` by the rows in `new` that have the same number."""
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
        """Move the rows to the end, then remove the end."""
        if not gone:
            return
        dead = set(gone)
        living = [row for row in self._rows if row not in dead]
        self._reorder(living + gone)
        self.beginRemoveRows(QModelIndex(), len(living), len(self._rows) - 1)
        del self._rows[len(living) :]
        self.endRemoveRows()

    def _reorder(self, rows: list[Row]) -> None:
        """Show the same rows in another order. The selection moves with them."""
        if rows == self._rows:
            return
        # With this hint Qt keeps one index for each selected row, not one for each of its cells.
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
    """Whether `row` may be shown. A connection that is closed already is replaced by its record."""
    return row.connected or isinstance(row, ClosedConnection)


class ConnectionsTable(QTableView):
    """Shows a `ConnectionsModel`, or a hint if it has no rows."""

    offer_taken = Signal(int)
    """The user clicked the button below the hint, which was shown with this number."""

    remedy_wanted = Signal()
    """The user clicked the button with the remedy that belongs to the hint."""

    def __init__(self, model: ConnectionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._connections = model
        self._offered: tuple[str, int] | None = None
        self._remedy = ""
        self._hint = QLabel(self.viewport())
        self._hint.setObjectName("emptyHint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self.offer_button = QPushButton(self.viewport())
        self.offer_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.offer_button.setMinimumHeight(self.offer_button.sizeHint().height())
        self.offer_button.hide()
        self.offer_button.clicked.connect(self._take_offer)
        self._empty = QVBoxLayout(self.viewport())
        self._empty.addStretch(1)
        self._empty.addWidget(self._hint)
        self._empty.addWidget(self.offer_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._empty.addStretch(1)
        self.setModel(model)
        self.cells = CellDelegate(self, model.cell)
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
        header = self.horizontalHeader()
        # With the selection model of the table, the header would ask for each selected row whether
        # all of its columns are selected.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    @property
    def hint(self) -> str:
        """The text instead of rows. Empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def show_hint(self, text: str, remedy: str = "") -> None:
        """Show `text`, or hide the hint if it is empty. A `remedy` is the text of the button below
        it, in place of the offer."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if text else policy.ScrollBarAsNeeded
        )
        self._remedy = remedy
        self._show_button()

    def offer(self, text: str, number: int) -> None:
        """Show a button with `text` below the hint. `offer_taken` is emitted with `number`."""
        self._offered = text, number
        self._show_button()

    def _show_button(self) -> None:
        text = self._remedy or (self._offered[0] if self._offered is not None else "")
        self.offer_button.setText(text)
        self.offer_button.setVisible(bool(text and self.hint))

    def _take_offer(self) -> None:
        if self._remedy:
            self.remedy_wanted.emit()
        elif self._offered is not None:
            self.offer_taken.emit(self._offered[1])

    def visible_rows(self) -> range:
        """The rows on the screen."""
        viewport = self.viewport().rect()
        first = max(0, self.rowAt(viewport.top()))
        last = self.rowAt(viewport.bottom())
        return range(first, (last if last >= 0 else self._connections.rowCount() - 1) + 1)

    def update_visible(self, *, traffic_only: bool = False) -> None:
        """Report that the values of the visible rows may have changed; see `update_rows`."""
        rows = self.visible_rows()
        if self.isVisible() and rows:
            self._connections.update_rows(rows[0], rows[-1], traffic_only=traffic_only)
