"""The column of rows in the sidebar: rows and group headers, and the line for a dragged row.

A profile may have a thousand listeners. Only the rows in view are widgets; the others are heights.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.server.listener import Listener
from app.ui.listeners.groups import GroupHeader
from app.ui.listeners.row import ListenerRow
from app.ui.widgets.recycling import RecycledWidgets

MARGIN: Final = 8
GAP: Final = 4
"""The room between two rows that show all their lines."""

ROWS_AHEAD: Final = 2
"""The rows that exist above and below those in view. Tab goes on to them."""

FIRST_GUESS: Final = 70
"""The height of a row, in pixels, before the first one was measured."""

DROP_LINE_HEIGHT: Final = 2

Entry = Listener | GroupHeader


class RowColumn(QWidget):
    """Places the entries of the list, and owns the rows of those that are in view."""

    rows_came = Signal()
    """Rows came into view, which are not in the order of Tab yet."""

    shifted = Signal(int)
    """The topmost entry in view is so many pixels lower, as rows above it have other heights."""

    def __init__(
        self, make: Callable[[Listener], ListenerRow], dress: Callable[[ListenerRow], object]
    ) -> None:
        """`make` makes a row, and `dress` shows in it what the list knows of its listener."""
        super().__init__()
        self.setObjectName("listenersBody")
        self._make = make
        self._dress = dress
        self._rows = RecycledWidgets[Listener, ListenerRow](
            self._new_row, ListenerRow.show_listener, is_held=lambda row: row.is_held
        )
        self._entries: list[Entry] = []
        self._places: dict[Entry, int] = {}
        self._tops: list[int] = [MARGIN]
        """Where each entry begins, and then where the next one would."""
        self._heights: dict[Listener, int] = {}
        self._usual_height = FIRST_GUESS
        self._gap = GAP
        self._headers: set[GroupHeader] = set()
        self._hint = QLabel(self)
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.hide()

    @property
    def rows(self) -> Collection[ListenerRow]:
        """All rows that exist, in no order; also some that are hidden."""
        return self._rows.all

    @property
    def hint(self) -> str:
        """The text that is shown in place of rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def row(self, listener: Listener) -> ListenerRow:
        """The row of `listener`. It is made, and hidden, if it is out of view."""
        found = self._rows.get(listener)
        if found is None:
            found = self._rows.take(listener)
            self._dress(found)
        return found

    def place_of(self, listener: Listener | None) -> QRect:
        """Where the row of `listener` is; empty if it is not in the column."""
        place = None if listener is None else self._places.get(listener)
        return QRect() if place is None else self._rect(place)

    def in_order(self) -> Iterator[ListenerRow | GroupHeader]:
        """The headers and the rows that exist, from top to bottom."""
        found: dict[int, ListenerRow | GroupHeader] = {
            self._places[each]: each for each in self._headers
        }
        for row in self.rows:
            place = self._places.get(row.listener)
            if place is not None and not row.isHidden():
                found[place] = row
        for place in sorted(found):
            yield found[place]

    def forget(self, gone: Collection[Listener]) -> None:
        """Delete the rows of these listeners."""
        self._rows.forget(gone)
        for listener in gone:
            self._heights.pop(listener, None)

    def show_entries(self, entries: Sequence[Entry], hint: str) -> None:
        """Show exactly these, from top to bottom, and `hint` above them unless it is empty."""
        self._entries = list(entries)
        self._places = {entry: place for place, entry in enumerate(self._entries)}
        headers = {entry for entry in entries if isinstance(entry, GroupHeader)}
        for gone in self._headers - headers:
            gone.hide()
        self._headers = headers
        for row in self.rows:
            if row.listener not in self._places:
                row.hide()
        for header in headers:
            header.setParent(self)
            header.show()
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._place()
        self.show_rows_in_view()

    def set_compact(self, compact: bool) -> None:
        """Have no room between the rows, which are now of another height."""
        self._gap = 0 if compact else GAP
        self._heights.clear()
        self._usual_height = FIRST_GUESS
        self.arrange()

    def arrange(self) -> None:
        """Measure the rows in view again, and place all entries."""
        self._measure(self.rows)
        self._place_and_keep_view()

    def _place_and_keep_view(self) -> None:
        top = self._entry_at(-self.y())
        before = self._tops[top]
        self._place()
        self.show_rows_in_view()
        shift = self._tops[min(top, len(self._entries))] - before
        if shift and self.y() < 0:
            self.shifted.emit(shift)

    def show_rows_in_view(self) -> None:
        """Make the rows that came into view, and hide those that left it."""
        viewport = self.parentWidget()
        if viewport is None or not self.isVisible():
            return
        first = max(0, self._entry_at(-self.y()) - ROWS_AHEAD)
        end = bisect_left(self._tops, viewport.height() - self.y()) + ROWS_AHEAD
        wanted = [each for each in self._entries[first:end] if not isinstance(each, GroupHeader)]
        came = self._rows.show(wanted)
        for row in came:
            self._dress(row)
            row.setGeometry(self._rect(self._places[row.listener]))
            row.show()
        if came:
            self.rows_came.emit()
            if self._measure(came):
                self._place_and_keep_view()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and self._measure(self.rows):
            self._place_and_keep_view()  # a row wants another height
        return super().event(event)

    def showEvent(self, event: object) -> None:
        self.arrange()

    def resizeEvent(self, event: object) -> None:
        self.arrange()

    def _new_row(self, listener: Listener) -> ListenerRow:
        row = self._make(listener)
        row.setParent(self)
        return row

    def _entry_at(self, y: int) -> int:
        """The number of the entry at `y`."""
        return max(0, bisect_right(self._tops, y) - 1)

    def _rect(self, place: int) -> QRect:
        top, below = self._tops[place], self._tops[place + 1]
        return QRect(MARGIN, top, self.width() - 2 * MARGIN, below - top - self._gap)

    def _measure(self, rows: Collection[ListenerRow]) -> bool:
        """Read the heights of those of `rows` that are shown. True if one is not as assumed."""
        width = self.width() - 2 * MARGIN
        heights = {row.listener: row.height_at(width) for row in rows if not row.isHidden()}
        usual = self._usual_height
        is_new = any(self._heights.get(each, usual) != height for each, height in heights.items())
        self._heights.update(heights)
        if is_new:
            self._usual_height = min(heights.values())  # that of a row without a problem
        return is_new

    def _place(self) -> None:
        """Place all entries, as high as they are known to be."""
        heights, usual = self._heights, self._usual_height
        tall = (
            each.sizeHint().height() if isinstance(each, GroupHeader) else heights.get(each, usual)
            for each in self._entries
        )
        self._tops = list(accumulate((each + self._gap for each in tall), initial=MARGIN))
        for widget in self.in_order():
            entry = widget if isinstance(widget, GroupHeader) else widget.listener
            widget.setGeometry(self._rect(self._places[entry]))
        hint = self._hint.sizeHint().height() if self.hint else 0
        self._hint.setGeometry(MARGIN, MARGIN, self.width() - 2 * MARGIN, hint)
        self.setMinimumHeight(max(self._tops[-1] - self._gap, MARGIN + hint) + MARGIN)


class DropLine(QFrame):
    """A line between two rows that shows where a dragged row would be dropped."""

    def __init__(self, body: QWidget) -> None:
        super().__init__(body)
        self.setObjectName("dropLine")
        self.hide()

    def show_at(self, y: int, rows: Sequence[QRect]) -> None:
        """Show the line in the gap between `rows` that is nearest to `y`."""
        gap = gap_at(y, rows)
        edge = rows[gap].y() if gap < len(rows) else rows[-1].bottom() + 1
        first = rows[0]
        self.setGeometry(
            first.x(), max(0, edge - DROP_LINE_HEIGHT), first.width(), DROP_LINE_HEIGHT
        )
        self.raise_()
        self.show()


def gap_at(y: int, rows: Sequence[QRect]) -> int:
    """The number of `rows` whose middle is above `y`."""
    return sum(row.center().y() < y for row in rows)
