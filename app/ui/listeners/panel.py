"""The list of listeners: rows one can flip, choose, and walk through with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from app.server.changes import Batch
from app.server.listener import Listener
from app.server.rates import Meter
from app.ui.icons import Icons
from app.ui.listener_colors import ListenerColors
from app.ui.listeners.row import ListenerRow


class ListenersPanel(QScrollArea):
    """Shows a deck's listeners in their order. One of them may be chosen.

    It asks, by signals; who owns the deck acts, and calls `show_listeners` and `refresh`.
    """

    switched = Signal(object, bool)
    """The user wants this listener on or off."""

    choice_changed = Signal(object)
    """Another listener is chosen; `None` when none is."""

    menu_wanted = Signal(object, QPoint)
    """The user asked for the menu of a listener, at a global position."""

    def __init__(self, icons: Icons, colors: ListenerColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._colors = colors
        self._rows: dict[Listener, ListenerRow] = {}
        self._chosen: Listener | None = None
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
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Listeners"))
        self.setMinimumWidth(320)

    @property
    def chosen(self) -> Listener | None:
        """The selected listener."""
        return self._chosen

    @property
    def hint(self) -> str:
        """What is said in place of rows; empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def row(self, listener: Listener) -> ListenerRow:
        """The row that shows `listener`."""
        return self._rows[listener]

    def show_listeners(self, listeners: Sequence[Listener]) -> None:
        """Show exactly these, in this order; rows that stay keep their state."""
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
        if self._chosen not in self._rows:
            self.choose(None)

    def refresh(self, batch: Batch, meter: Meter) -> None:
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
        """Select `listener`, or none."""
        if listener is self._chosen:
            return
        self._chosen = listener
        for each, row in self._rows.items():
            row.set_chosen(each is listener)
        if listener is not None:
            self.ensureWidgetVisible(self._rows[listener], 0, 0)
        self._describe_choice()
        self.choice_changed.emit(listener)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self._step(+1)
            case Qt.Key.Key_Up:
                self._step(-1)
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
        row.chosen.connect(lambda: self._click(listener))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for asked in (row.customContextMenuRequested, row.menu_wanted):
            asked.connect(lambda at: self._ask_for_menu(listener, at))
        self._rows[listener] = row
        return row

    def _click(self, listener: Listener) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.choose(listener)

    def _ask_for_menu(self, listener: Listener, at: QPoint) -> None:
        self.choose(listener)
        self.menu_wanted.emit(listener, self._rows[listener].mapToGlobal(at))

    def _step(self, by: int) -> None:
        listeners = sorted(self._rows, key=lambda each: self._column.indexOf(self._rows[each]))
        if not listeners:
            return
        if self._chosen is None:
            self.choose(listeners[0 if by > 0 else -1])
            return
        index = listeners.index(self._chosen) + by
        self.choose(listeners[max(0, min(index, len(listeners) - 1))])
