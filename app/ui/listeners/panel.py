"""The list of listeners: rows that can be switched, marked by mouse or keys, and dragged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.server.listener import Listener
from app.server.monitor import ChangeBatch, RateMeter
from app.ui.listeners.groups import GroupHeader, GroupHeaders, arrange, matches, nearest_row
from app.ui.listeners.row import ListenerRow
from app.ui.listeners.row_column import DropLine, RowColumn, gap_at
from app.ui.listeners.selection import Selection
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
        self._places: set[Listener] = set()
        self._groups: dict[str, list[Listener]] = {}
        self._visible: list[Listener] = []
        """The listeners whose rows are shown, from top to bottom."""
        self._selection = Selection()
        self._scroll_target: Listener | None = None
        self._searched = ""
        self._is_compact = False
        self._history: Callable[[Listener], Sequence[float]] = lambda _: ()
        self._headers = GroupHeaders(icons, self)
        self._headers.folded.connect(self._show_matches)
        self._headers.switched.connect(self.group_switched)
        self._headers.left_by_arrow.connect(self._leave_header)
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
        return self._selection.chosen

    @property
    def marked(self) -> list[Listener]:
        """The chosen listener, and those that were marked beside it, in their order."""
        return [each for each in self._order if each in self._selection.marks]

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
        self._headers.show_groups(self._groups)
        for row in self.rows:
            row.set_indented(row.listener in self._places)
        self._show_matches()
        self._order_focus()
        self.listeners_shown.emit()
        self._select(self._selection.among(self._order))

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
            self._headers.refresh()

    def recolor(self) -> None:
        """Draw the rows again after the palette or the colour of a listener changed."""
        for row in self.rows:
            row.recolor()

    def choose(self, listener: Listener | None) -> None:
        """Select `listener` alone, or none."""
        self._select(Selection() if listener is None else Selection.of([listener]))

    def mark(self, listeners: Iterable[Listener]) -> None:
        """Mark these listeners. The last of them is the chosen one."""
        self._select(Selection.of(list(listeners)))

    def _select(self, wanted: Selection) -> None:
        before, self._selection = self._selection, wanted
        for row in self.rows:
            row.set_chosen(row.listener in wanted.marks)
        if wanted.chosen is not None and wanted.chosen not in self._visible:
            self._unhide(wanted.chosen)
        if wanted.chosen is not before.chosen:
            self._show_current()
            self._scroll_target = wanted.chosen
            self._reveal()
            self._describe_choice()
            self.choice_changed.emit(wanted.chosen)
        if wanted.marks != before.marks:
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
        chosen = self.chosen
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up as key:
                self.setFocus(Qt.FocusReason.OtherFocusReason)
                extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                by = +1 if key == Qt.Key.Key_Down else -1
                self._select(self._selection.stepped(by, self._visible, extends=extends))
            case Qt.Key.Key_A if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._select(self._selection.all(self._visible))
            case Qt.Key.Key_Space | Qt.Key.Key_Return | Qt.Key.Key_Enter if chosen:
                self.switched.emit(chosen, not chosen.is_on)
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
        description = "" if self.chosen is None else row_name(self.chosen)
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
        row.set_chosen(listener in self._selection.marks)
        row.set_current(listener is self.chosen and self.hasFocus())
        row.refresh()
        row.show_history(self._history(listener))

    def _click(self, listener: Listener, keys: Qt.KeyboardModifier) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if keys & Qt.KeyboardModifier.ShiftModifier:
            self._select(self._selection.up_to(listener, self._visible))
        elif keys & Qt.KeyboardModifier.ControlModifier:
            self._select(self._selection.toggled(listener, self._order))
        else:
            self.choose(listener)

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
        if row.listener not in self._selection.marks:
            self.choose(row.listener)
        self.menu_wanted.emit(row.listener, row.mapToGlobal(at))

    # Search, groups, and how much a row shows

    def search(self, text: str) -> None:
        """Show only the listeners with `text` in name, group, protocol or address."""
        self._searched = text.strip().casefold()
        self._show_matches()

    def choose_first(self) -> None:
        """Choose the first row that is shown, unless a shown one is chosen."""
        if self._visible and self.chosen not in self._visible:
            self.choose(self._visible[0])

    @property
    def folded(self) -> list[str]:
        """The names of the groups that are folded."""
        return self._headers.folded_groups

    def fold(self, groups: Iterable[str]) -> None:
        """Fold exactly these groups, also such as are not there yet."""
        self._headers.fold(set(groups))
        self._show_matches()

    def show_compact(self, compact: bool) -> None:
        """Show one line for each listener, or all three."""
        self._is_compact = compact
        for row in self.rows:
            row.set_compact(compact)
        self._column.set_compact(compact)

    def header(self, group: str) -> GroupHeader:
        """The header of `group`."""
        header = self._headers.get(group)
        assert header is not None, group
        return header

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_current()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_current()

    def _show_current(self) -> None:
        """Frame the row that the keys act on, while the list has the focus."""
        for row in self.rows:
            row.set_current(row.listener is self.chosen and self.hasFocus())

    def _choose_focused(self, listener: Listener) -> None:
        """Choose the row whose switch has the focus. If it is marked, the others stay marked."""
        marks = self._selection.marks
        self._select(Selection(listener, marks if listener in marks else frozenset({listener})))

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
            header = self._headers.get(group)
            if header is not None and found:
                entries.append(header)
            if self._searched or self._headers.is_open(group):
                self._visible.extend(found)
                entries.extend(found)
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
            header = self._headers.get(group)
            if header is not None and listener in listeners:
                header.set_open(True)
