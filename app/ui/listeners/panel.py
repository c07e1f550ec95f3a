"""The list of listeners: rows one can flip, choose, and walk through with the arrow keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.server.listener import Listener
from app.server.monitor import ChangeBatch, RateMeter
from app.ui.listeners.row import ListenerRow
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors

# MERGED ui/listeners/dragging: Where a row that is dragged would come to stand: a line between two rows says so.

THICKNESS = 2


class DropLine(QFrame):
    """A line across the rows of one widget; hidden unless something is dragged."""

    def __init__(self, body: QWidget) -> None:
        super().__init__(body)
        self.setObjectName("dropLine")
        self.hide()

    def show_at(self, y: int, rows: Sequence[QWidget]) -> None:
        """Mark the gap that `y`, in the widget with the rows, is nearest to."""
        gap = gap_at(y, rows)
        edge = rows[gap].y() if gap < len(rows) else rows[-1].geometry().bottom() + 1
        first = rows[0].geometry()
        self.setGeometry(first.x(), max(0, edge - THICKNESS), first.width(), THICKNESS)
        self.raise_()
        self.show()


def gap_at(y: int, rows: Sequence[QWidget]) -> int:
    """How many of `rows`, which stand below each other, are above `y` with their middle."""
    return sum(row.geometry().center().y() < y for row in rows)


SCROLL_MARGIN = 24
"""So near to its edge a dragged row makes the pane scroll."""


class ListenersPanel(QScrollArea):
    """Shows a deck's listeners in their order. One of them may be chosen, and others marked beside
    it, for what is to be done with several.

    It asks, by signals; who owns the deck acts, and calls `show_listeners` and `refresh`.
    """

    switched = Signal(object, bool)
    """The user wants this listener on or off."""

    choice_changed = Signal(object)
    """Another listener is chosen; `None` when none is."""

    marks_changed = Signal()
    """Other listeners are marked."""

    placed = Signal(object, int)
    """This listener shall stand where so many of those that are there now are above it."""

    offer_taken = Signal(object, object)
    """What a listener's row offered, an `Offer`, shall be done."""

    menu_wanted = Signal(object, QPoint)
    """The user asked for the menu of a listener, at a global position."""

    def __init__(self, icons: Icons, colors: ListenerColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._colors = colors
        self._rows: dict[Listener, ListenerRow] = {}
        self._order: list[Listener] = []
        self._chosen: Listener | None = None
        self._sought: Listener | None = None
        self._marks: set[Listener] = set()
        self._hint = QLabel(self.tr("No listener yet.\nMake one with “New listener”."))
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body = QWidget()
        body.setObjectName("listenersBody")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(6, 6, 6, 6)
        self._column.setSpacing(4)
        self._column.addWidget(self._hint)
        self._column.addStretch(1)
        self._body = body
        self._drop_line = DropLine(body)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Listeners"))
        self.verticalScrollBar().rangeChanged.connect(self._reveal)
        self.verticalScrollBar().actionTriggered.connect(self._let_go)
        self.setMinimumWidth(320)

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
        """What is said in place of rows; empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    @property
    def rows(self) -> Collection[ListenerRow]:
        """Of all listeners, in no order."""
        return self._rows.values()

    def row(self, listener: Listener) -> ListenerRow:
        """The row that shows `listener`."""
        return self._rows[listener]

    def show_listeners(self, listeners: Sequence[Listener]) -> None:
        """Show exactly these, in this order; rows that stay keep their state."""
        self._order = list(listeners)
        for gone in self._rows.keys() - set(listeners):
            row = self._rows.pop(gone)
            self._column.removeWidget(row)
            row.deleteLater()
        for position, listener in enumerate(listeners):
            row = self._rows.get(listener) or self._add_row(listener)
            if self._column.indexOf(row) != position:
                self._column.removeWidget(row)
                self._column.insertWidget(position, row)
        self._hint.setVisible(not self._rows)
        self._order_focus(listeners)
        left = self._marks & self._rows.keys()
        if self._chosen not in self._rows:
            self._select(next((each for each in self._order if each in left), None), left)
        else:
            self._select(self._chosen, left)

    def refresh(self, batch: ChangeBatch, meter: RateMeter) -> None:
        """Show what a batch of changes did to the listeners, and their rates."""
        for listener, row in self._rows.items():
            if listener in batch.listeners or listener.factory in batch.factories:
                row.refresh()
                self._describe_choice()
            row.show_history(meter.history(listener))

    def recolor(self) -> None:
        """The palette or the colour of a listener is another one."""
        for row in self._rows.values():
            row.recolor()

    def choose(self, listener: Listener | None) -> None:
        """Select `listener` alone, or none."""
        self._select(listener, set() if listener is None else {listener})

    def mark(self, listeners: Iterable[Listener]) -> None:
        """Select these together; the last of them is the chosen one."""
        listeners = list(listeners)
        self._select(listeners[-1] if listeners else None, set(listeners))

    def _select(self, chosen: Listener | None, marks: set[Listener]) -> None:
        changed = self._marks ^ marks
        self._marks = marks
        for each in changed & self._rows.keys():
            self._rows[each].set_chosen(each in marks)
        is_another = chosen is not self._chosen
        self._chosen = chosen
        if is_another:
            self._sought = chosen
            self._reveal()
            self._describe_choice()
            self.choice_changed.emit(chosen)
        if changed:
            self.marks_changed.emit()

    def _reveal(self) -> None:
        """Scroll to the listener that was chosen last, until the user scrolls elsewhere.

        Its row may be new: it has its place only once there is room for it.
        """
        if self._sought in self._rows:
            self.ensureWidgetVisible(self._rows[self._sought], 0, 0)

    def _let_go(self) -> None:
        self._sought = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._let_go()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self._step(+1, extends=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            case Qt.Key.Key_Up:
                self._step(-1, extends=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            case Qt.Key.Key_A if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._select(self._chosen or next(iter(self._order), None), set(self._order))
            case Qt.Key.Key_Space if self._chosen is not None:
                self.switched.emit(self._chosen, not self._chosen.is_on)
            case Qt.Key.Key_Escape if self._chosen is not None:
                self.choose(None)
            case _:
                super().keyPressEvent(event)

    def _order_focus(self, listeners: Sequence[Listener]) -> None:
        """Tab goes on from the pane to its rows, from the first to the last."""
        before: QWidget = self
        for listener in listeners:
            for control in self._rows[listener].controls:
                self.setTabOrder(before, control)
                before = control

    def _describe_choice(self) -> None:
        """Tell a screen reader which row the keys act on, and how its listener is."""
        row = self._rows.get(self._chosen) if self._chosen is not None else None
        description = "" if row is None else row.accessibleName()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def _add_row(self, listener: Listener) -> ListenerRow:
        row = ListenerRow(listener, self._icons, self._colors)
        row.switched.connect(lambda on: self.switched.emit(listener, on))
        row.clicked.connect(lambda keys: self._click(listener, keys))
        row.dragged.connect(self._drag)
        row.dropped.connect(lambda at: self._drop(listener, at))
        row.offer_taken.connect(lambda offer: self.offer_taken.emit(listener, offer))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for asked in (row.customContextMenuRequested, row.menu_wanted):
            asked.connect(lambda at: self._ask_for_menu(listener, at))
        self._rows[listener] = row
        return row

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
        """All from the chosen one, which stays so, to `listener`."""
        assert self._chosen is not None
        first, last = sorted(self._order.index(each) for each in (self._chosen, listener))
        self._select(self._chosen, set(self._order[first : last + 1]))

    def _drag(self, at: QPoint) -> None:
        y = self._body.mapFromGlobal(at).y()
        self._drop_line.show_at(y, [self._rows[each] for each in self._order])
        self.ensureVisible(0, y, 0, SCROLL_MARGIN)

    def _drop(self, listener: Listener, at: QPoint) -> None:
        self._drop_line.hide()
        rows = [self._rows[each] for each in self._order]
        self.placed.emit(listener, gap_at(self._body.mapFromGlobal(at).y(), rows))

    def _ask_for_menu(self, listener: Listener, at: QPoint) -> None:
        if listener not in self._marks:
            self.choose(listener)
        self.menu_wanted.emit(listener, self._rows[listener].mapToGlobal(at))

    def _step(self, by: int, *, extends: bool) -> None:
        if not self._order:
            return
        if self._chosen is None:
            self.choose(self._order[0 if by > 0 else -1])
            return
        index = self._order.index(self._chosen) + by
        there = self._order[max(0, min(index, len(self._order) - 1))]
        self._select(there, self._marks | {there} if extends else {there})
