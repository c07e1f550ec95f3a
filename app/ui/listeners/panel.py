"""The list of listeners: rows that can be switched, marked by mouse or keys, and dragged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.server.listener import Listener
from app.server.monitor import ChangeBatch, RateMeter
from app.ui.listeners.drop_line import DropLine, gap_at
from app.ui.listeners.groups import UNGROUPED, GroupHeader, arrange, matches, nearest_row
from app.ui.listeners.row import ListenerRow
from app.ui.listeners.row_column import RowColumn
from app.ui.listeners.status import row_name
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors

LEAST_WIDTH = 240
SCROLL_MARGIN = 24
"""The pane scrolls while a row is dragged this close to its edge, in pixels."""


class ListenersPanel(QScrollArea):
    """Shows the listeners of a deck in their order. Several can be marked; one of these is chosen.

    It only emits signals. The owner of the deck acts on them, and calls `show_listeners` and
    `refresh`.
    """

    switched = Signal(object, bool)
    """The user switched this listener on or off."""

    choice_changed = Signal(object)
    """Another listener is chosen; `None` for none."""

    marks_changed = Signal()
    """Other listeners are marked."""

    group_switched = Signal(object, bool)
    """The user wants these listeners, all those of a group, on or off."""

    search_cleared = Signal()
    """A listener is to be shown that does not match the text searched for."""

    listeners_shown = Signal()
    """The list has other listeners."""

    placed = Signal(object, int)
    """The user dropped this listener into a gap; the number is that of the rows above it."""

    button_clicked = Signal(object, object)
    """The user clicked a button in the row of a listener. The second value is its `RowButton`."""

    left = Signal()
    """The user chose no listener, with Escape or by a click on empty room."""

    menu_wanted = Signal(object, QPoint)
    """The user asked for the menu of a listener, at a global position."""

    def __init__(self, icons: Icons, colors: ListenerColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._colors = colors
        self._order: list[Listener] = []
        self._chosen: Listener | None = None
        self._scroll_target: Listener | None = None
        self._marks: set[Listener] = set()
        self._places: set[Listener] = set()
        self._groups: dict[str, list[Listener]] = {}
        self._headers: dict[str, GroupHeader] = {}
        self._folded: set[str] = set()
        self._visible: list[Listener] = []
        """The listeners whose rows are shown, from top to bottom."""
        self._searched = ""
        self._is_compact = False
        self._history: Callable[[Listener], Sequence[float]] = lambda _: ()
        self._column = RowColumn(self._new_row, self._dress)
        self._column.rows_came.connect(self._order_focus)
        bar = self.verticalScrollBar()
        self._column.shifted.connect(lambda by: bar.setValue(bar.value() + by))
        self._drop_line = DropLine(self._column)
        self.setWidget(self._column)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Listeners"))
        bar.rangeChanged.connect(self._reveal)
        bar.actionTriggered.connect(self._stop_scrolling)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._show_matches()

    @property
    def chosen(self) -> Listener | None:
        """The selected listener, the last one where several are marked."""
        return self._chosen

    @property
    def marked(self) -> list[Listener]:
        """The chosen listener, and those that were marked beside it, in their order."""
        return [each for each in self._order if each in self._marks]

    @property
    def hint(self) -> str:
        """The text that is shown instead of rows; empty while there are rows."""
        return self._column.hint

    @property
    def rows(self) -> Collection[ListenerRow]:
        """The rows that exist: those in view, and some more."""
        return self._column.rows

    def row(self, listener: Listener) -> ListenerRow:
        """The row that shows `listener`. It is made if it is out of view."""
        return self._column.row(listener)

    @property
    def shown(self) -> list[Listener]:
        """The listeners on show, in their order."""
        return list(self._order)

    def show_listeners(
        self, listeners: Sequence[Listener], places: Collection[Listener] = ()
    ) -> None:
        """Show exactly these listeners, in this order; rows that stay keep their state.

        `places` are those of them that belong to the program above them. They cannot be moved.
        """
        self._column.forget(set(self._order).difference(listeners))
        self._order = list(listeners)
        self._places = set(places)
        self._groups = arrange(listeners, self._places)
        self._update_headers()
        for row in self.rows:
            row.set_indented(row.listener in self._places)
        self._show_matches()
        self._order_focus()
        self.listeners_shown.emit()
        left = self._marks.intersection(self._order)
        another = next((each for each in self._order if each in left), None)
        self._select(self._chosen if self._chosen in self._order else another, left)

    def refresh(self, batch: ChangeBatch, meter: RateMeter) -> None:
        """Update the rows of the changed listeners, and the graphs of those in view."""
        self._history = meter.history
        for row in self.rows:
            listener = row.listener
            if listener in batch.listeners or listener.factory in batch.factories:
                row.refresh()
            row.show_history(meter.history(listener))
        self._describe_choice()
        if batch.listeners:
            if arrange(self._order, self._places) != self._groups:
                self.show_listeners(self._order, self._places)
            self._refresh_headers()

    def recolor(self) -> None:
        """Draw the rows again after the palette or the colour of a listener changed."""
        for row in self.rows:
            row.recolor()

    def choose(self, listener: Listener | None) -> None:
        """Select `listener` alone, or none."""
        self._select(listener, set() if listener is None else {listener})

    def mark(self, listeners: Iterable[Listener]) -> None:
        """Mark these listeners. The last of them is the chosen one."""
        listeners = list(listeners)
        self._select(listeners[-1] if listeners else None, set(listeners))

    def _select(self, chosen: Listener | None, marks: set[Listener]) -> None:
        changed = self._marks ^ marks
        self._marks = marks
        for row in self.rows:
            row.set_chosen(row.listener in marks)
        is_another = chosen is not self._chosen
        self._chosen = chosen
        if chosen is not None and chosen not in self._visible:
            self._unhide(chosen)
        if is_another:
            self._show_current()
            self._scroll_target = chosen
            self._reveal()
            self._describe_choice()
            self.choice_changed.emit(chosen)
        if changed:
            self.marks_changed.emit()

    def _reveal(self) -> None:
        """Scroll to the listener that was chosen last, until the user scrolls.

        It is called again when the list grows: a new row has its final position only then.
        """
        row = self._column.place_of(self._scroll_target)
        if row.isValid():
            bar, height = self.verticalScrollBar(), self.viewport().height()
            bar.setValue(min(max(bar.value(), row.bottom() + 1 - height), row.top()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._column.show_rows_in_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._column.show_rows_in_view()

    def _stop_scrolling(self) -> None:
        self._scroll_target = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._stop_scrolling()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click that hit no row."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up as key:
                extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._step(+1 if key == Qt.Key.Key_Down else -1, extends=extends)
            case Qt.Key.Key_A if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                first = next(iter(self._visible), None)
                self._select(self._chosen or first, set(self._visible))
            case Qt.Key.Key_Space | Qt.Key.Key_Return | Qt.Key.Key_Enter if self._chosen:
                self.switched.emit(self._chosen, not self._chosen.is_on)
            case Qt.Key.Key_Escape:
                self.leave()
            case _:
                super().keyPressEvent(event)

    def leave(self) -> None:
        """Choose no listener, because the user goes back to all of them."""
        self.choose(None)
        self.left.emit()

    def _order_focus(self) -> None:
        """Make Tab go from the pane to its rows and headers, in their order."""
        before: QWidget = self
        for widget in self._column.in_order():
            for control in widget.controls:
                self.setTabOrder(before, control)
                before = control

    def _describe_choice(self) -> None:
        """Describe the chosen row to a screen reader."""
        description = "" if self._chosen is None else row_name(self._chosen)
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def _new_row(self, listener: Listener) -> ListenerRow:
        row = ListenerRow(listener, self._icons, self._colors)
        row.switched.connect(lambda on: self.switched.emit(row.listener, on))
        row.clicked.connect(lambda keys: self._click(row.listener, keys))
        row.focused.connect(lambda: self._choose_focused(row.listener))
        row.dragged.connect(self._drag)
        row.dropped.connect(lambda at: self._drop(row.listener, at))
        row.button_clicked.connect(lambda button: self.button_clicked.emit(row.listener, button))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for asked in (row.customContextMenuRequested, row.menu_wanted):
            asked.connect(lambda at: self._ask_for_menu(row, at))
        return row

    def _dress(self, row: ListenerRow) -> None:
        """Show in a row that comes into view what it missed."""
        listener = row.listener
        row.set_indented(listener in self._places)
        row.set_compact(self._is_compact)
        row.set_chosen(listener in self._marks)
        row.set_current(listener is self._chosen and self.hasFocus())
        row.refresh()
        row.show_history(self._history(listener))

    def _click(self, listener: Listener, keys: Qt.KeyboardModifier) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if keys & Qt.KeyboardModifier.ShiftModifier and self._chosen is not None:
            self._mark_up_to(listener)
        elif keys & Qt.KeyboardModifier.ControlModifier:
            self._mark_or_not(listener)
        else:
            self.choose(listener)

    def _mark_or_not(self, listener: Listener) -> None:
        marks = self._marks ^ {listener}
        if listener in marks:
            self._select(listener, marks)
        else:
            left = [each for each in self._order if each in marks]
            chosen = self._chosen if self._chosen in marks else next(iter(left), None)
            self._select(chosen, marks)

    def _mark_up_to(self, listener: Listener) -> None:
        """Mark all from the chosen listener to `listener`. The chosen one stays chosen."""
        assert self._chosen is not None
        first, last = sorted(self._visible.index(each) for each in (self._chosen, listener))
        self._select(self._chosen, set(self._visible[first : last + 1]))

    def _drag(self, at: QPoint) -> None:
        y = self._column.mapFromGlobal(at).y()
        self._drop_line.show_at(y, [self._column.place_of(each) for each in self._movable()])
        self.ensureVisible(0, y, 0, SCROLL_MARGIN)

    def _drop(self, listener: Listener, at: QPoint) -> None:
        self._drop_line.hide()
        movable = self._movable()
        rows = [self._column.place_of(each) for each in movable]
        gap = gap_at(self._column.mapFromGlobal(at).y(), rows)
        # The rows stand by groups; the gap is told in the order of the profile.
        order = [each for each in self._order if each not in self._places]
        below = movable[gap] if gap < len(movable) else None
        after = order.index(movable[-1]) + 1
        self.placed.emit(listener, after if below is None else order.index(below))

    def _movable(self) -> list[Listener]:
        return [each for each in self._visible if each not in self._places]

    def _ask_for_menu(self, row: ListenerRow, at: QPoint) -> None:
        if row.listener not in self._marks:
            self.choose(row.listener)
        self.menu_wanted.emit(row.listener, row.mapToGlobal(at))

    def _step(self, by: int, *, extends: bool) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self._visible:
            return
        if self._chosen not in self._visible:
            self.choose(self._visible[0 if by > 0 else -1])
            return
        index = self._visible.index(self._chosen) + by
        there = self._visible[max(0, min(index, len(self._visible) - 1))]
        self._select(there, self._marks | {there} if extends else {there})

    # Search, groups, and how much a row shows

    def search(self, text: str) -> None:
        """Show only the listeners with `text` in name, group, protocol or address."""
        self._searched = text.strip().casefold()
        self._show_matches()

    def choose_first(self) -> None:
        """Choose the first row that is shown, unless a shown one is chosen."""
        if self._visible and self._chosen not in self._visible:
            self.choose(self._visible[0])

    @property
    def folded(self) -> list[str]:
        """The names of the groups that are folded."""
        return sorted(self._folded)

    def fold(self, groups: Iterable[str]) -> None:
        """Fold exactly these groups, also such as are not there yet."""
        self._folded = set(groups)
        self._update_headers()
        self._show_matches()

    def show_compact(self, compact: bool) -> None:
        """Show one line for each listener, or all three."""
        self._is_compact = compact
        for row in self.rows:
            row.set_compact(compact)
        self._column.set_compact(compact)

    def header(self, group: str) -> GroupHeader:
        """The header of `group`."""
        return self._headers[group]

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_current()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_current()

    def _show_current(self) -> None:
        """Frame the row that the keys act on, while the list has the focus."""
        for row in self.rows:
            row.set_current(row.listener is self._chosen and self.hasFocus())

    def _choose_focused(self, listener: Listener) -> None:
        """Choose the row whose switch has the focus. If it is marked, the others stay marked."""
        self._select(listener, self._marks if listener in self._marks else {listener})

    def _update_headers(self) -> None:
        groups = [group for group in self._groups if group != UNGROUPED]
        for gone in self._headers.keys() - set(groups):
            header = self._headers.pop(gone)
            header.hide()
            header.deleteLater()
        for group in groups:
            if group not in self._headers:
                self._headers[group] = self._new_header(group)
            self._headers[group].set_open(group not in self._folded)
        self._refresh_headers()

    def _refresh_headers(self) -> None:
        for group, header in self._headers.items():
            header.refresh(self._groups[group])

    def _new_header(self, group: str) -> GroupHeader:
        header = GroupHeader(group, self._icons)
        header.folded.connect(lambda folded: self._fold(group, folded))
        header.switched.connect(lambda on: self.group_switched.emit(self._groups[group], on))
        header.left_by_arrow.connect(lambda by: self._leave_header(group, by))
        return header

    def _fold(self, group: str, folded: bool) -> None:
        (self._folded.add if folded else self._folded.discard)(group)
        self._show_matches()

    def _leave_header(self, group: str, by: int) -> None:
        """Go from the header of `group` to the nearest row that is shown."""
        there = nearest_row(self._groups, group, by, self._visible)
        if there is not None:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.choose(there)

    def _show_matches(self) -> None:
        """Show the rows that match the search, except those of folded groups."""
        self._visible = []
        entries: list[Listener | GroupHeader] = []
        for group, listeners in self._groups.items():
            found = [each for each in listeners if matches(each, group, self._searched)]
            is_open = bool(self._searched) or group not in self._folded
            self._visible.extend(found if is_open else ())
            if group in self._headers and found:
                entries.append(self._headers[group])
            entries.extend(found if is_open else ())
        self._column.show_entries(entries, self._words_without_rows())

    def _words_without_rows(self) -> str:
        if self._visible or (self._order and not self._searched):
            return ""
        if self._order:
            return self.tr("No listener matches the search.")
        return self.tr("No listener yet.\nMake one with “New listener”.")

    def _unhide(self, listener: Listener) -> None:
        """Show the row of a listener that is chosen."""
        if self._searched and listener in self._order:
            self.search("")
            self.search_cleared.emit()
        for group, listeners in self._groups.items():
            if listener in listeners and group in self._folded:
                self._headers[group].set_open(True)
