"""The column layout of the connections table: which columns are shown, their order and widths.

The user changes it, and it is saved. The saved text names the columns, so that a later version with
more columns can read it.

Columns fit the room: as long as the user has not set their widths, they give way down to a least
width before the table scrolls, and columns of words grow where there is room.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from app.ui.connections.columns import Column
from app.ui.style.geometry import HEADER_PADDING, SORT_ARROW
from app.ui.style.theme import Theme
from app.ui.style.tokens import BODY_PIXELS

SMALLEST_WIDTH = 20
LARGEST_WIDTH = 4_000
MOST_SHARE = 2.0
"""A column of words grows up to this share of its usual width."""


class ColumnLayout(QObject):
    """Owns the order, widths and visibility of the sections of a header, one for each column.

    Invariant: at least one column is shown.
    """

    changed = Signal()
    """A column was shown, hidden or moved."""

    dialog_wanted = Signal()
    """The user wants the dialog that orders and hides columns."""

    def __init__(self, header: QHeaderView, columns: Sequence[Column]) -> None:
        super().__init__(header)
        self._header = header
        self.columns = columns
        self._is_fitting = False
        self._widths = [column.width for column in columns]
        """The width of each column, also of hidden ones, for which the header says 0."""
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(SMALLEST_WIDTH)
        self.reset()
        header.sectionResized.connect(self._note_width)
        header.sectionMoved.connect(self.changed)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_menu)
        header.installEventFilter(self)
        header.sortIndicatorChanged.connect(self.fit)  # the arrow takes room beside the title
        self.changed.connect(self.fit)
        Theme.of_application().changed.connect(self.fit)

    @property
    def order(self) -> list[int]:
        """The numbers of all columns from left to right, including hidden ones."""
        return [self._header.logicalIndex(place) for place in range(len(self.columns))]

    def is_shown(self, column: int) -> bool:
        """Whether the column with that number is shown."""
        return not self._header.isSectionHidden(column)

    def show(self, column: int, shown: bool = True) -> None:
        """Show or hide a column. The last visible one cannot be hidden."""
        others = any(self.is_shown(each) for each in range(len(self.columns)) if each != column)
        if shown is not self.is_shown(column) and (shown or others):
            with self._widths_kept():
                self._header.setSectionHidden(column, not shown)
            self.changed.emit()

    def move(self, column: int, place: int) -> None:
        """Move a column to `place`, counted from 0 from the left."""
        if 0 <= place < len(self.columns):
            self._header.moveSection(self._header.visualIndex(column), place)

    def reset(self) -> None:
        """Restore the default layout."""
        for number, column in enumerate(self.columns):
            self._header.moveSection(self._header.visualIndex(number), number)
            self._widths[number] = column.width
            with self._widths_kept():
                self._header.setSectionHidden(number, not column.is_shown)
        self._header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.fit()
        self.changed.emit()

    def fit(self) -> None:
        """Make the columns fit the room, except those whose width the user has set."""
        shown = [number for number in self.order if self.is_shown(number)]
        usual = {number: self._usual_width(number) for number in shown}
        spare = self._header.width() - sum(usual.values())
        limits = {number: self._limit(number, grows=spare > 0) for number in shown}
        reach = sum(limits[number] - usual[number] for number in shown)
        used = min(1.0, spare / reach) if reach else 0.0
        end = 1e-6  # or a float just below a title's width would cut the title
        with self._widths_kept():
            for number in shown:
                start, end = end, end + usual[number] + (limits[number] - usual[number]) * used
                self._header.resizeSection(number, int(end) - int(start))

    def text(self) -> str:
        """The layout as one line of JSON, for `restore`."""
        sorted_by = self._header.sortIndicatorSection()
        by = self.columns[sorted_by].name if 0 <= sorted_by < len(self.columns) else ""
        falling = self._header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        columns = [
            [self.columns[number].name, self._own_width(number), self.is_shown(number)]
            for number in self.order
        ]
        return json.dumps({"columns": columns, "sorted by": by, "falling": falling})

    def restore(self, text: str) -> None:
        """Apply a layout from `text`. Columns that it does not name stay as they are."""
        known = {column.name: number for number, column in enumerate(self.columns)}
        try:
            kept: Any = json.loads(text)
            entries = [
                (known[name], int(width), bool(shown))
                for name, width, shown in kept["columns"]
                if name in known
            ]
            by, falling = known.get(kept["sorted by"], -1), bool(kept["falling"])
        except (ValueError, TypeError, KeyError):
            return
        if not any(shown for _, _, shown in entries):
            return
        for place, (number, width, shown) in enumerate(entries):
            self.move(number, place)
            usual = self.columns[number].width
            self._widths[number] = max(SMALLEST_WIDTH, min(width or usual, LARGEST_WIDTH))
            with self._widths_kept():
                self._header.setSectionHidden(number, not shown)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicator(by, order)
        self.changed.emit()

    def fill(self, menu: QMenu) -> None:
        """Fill `menu` with a check box for each column, and the commands for the layout."""
        menu.clear()
        for number in self.order:
            action = QAction(self.columns[number].title, menu, checkable=True)
            action.setChecked(self.is_shown(number))
            action.setToolTip(self.columns[number].hint)
            action.triggered.connect(lambda checked, number=number: self.show(number, checked))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Arrange the columns…"), self.dialog_wanted.emit)
        menu.addAction(self.tr("Default columns"), self.reset)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return False

    def _own_width(self, column: int) -> int:
        """The width that the user has set; 0 for the default one, which a later version may
        change."""
        return self._widths[column] if self._is_own(column) else 0

    def _is_own(self, column: int) -> bool:
        """Whether the user has set the width of that column."""
        return self._widths[column] != self.columns[column].width

    def _usual_width(self, column: int) -> int:
        """The width as the user has set it, or the default one at the size of the font."""
        if self._is_own(column):
            return self._widths[column]
        body = Theme.of_application().design.type.body
        width = round(self._widths[column] * body / BODY_PIXELS)
        return max(width, self._title_width(column))

    def _limit(self, column: int, *, grows: bool) -> float:
        """The width that it has at most where it grows, or at least where it gives way."""
        usual = self._usual_width(column)
        if self._is_own(column) or (grows and self.columns[column].is_number):
            return usual
        if grows:
            return MOST_SHARE * usual
        least = self.columns[column].least_share * usual
        return min(usual, max(least, self._title_width(column)))

    def _title_width(self, column: int) -> int:
        words = self._header.fontMetrics().horizontalAdvance(self.columns[column].title)
        is_sorted = self._header.sortIndicatorSection() == column
        return words + 2 * HEADER_PADDING + (SORT_ARROW if is_sorted else 0)

    @contextmanager
    def _widths_kept(self) -> Iterator[None]:
        """What happens to the header inside is not the user's doing."""
        before, self._is_fitting = self._is_fitting, True
        try:
            yield
        finally:
            self._is_fitting = before

    def _note_width(self, column: int, _before: int, width: int) -> None:
        if width and not self._is_fitting:
            self._widths[column] = width

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self._header)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        menu.popup(self._header.mapToGlobal(at))
