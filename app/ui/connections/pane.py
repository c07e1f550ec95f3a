"""The connections pane: the table, its filter, and the actions on the selected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch, ClosedConnections
from app.server.peer_process import FindProcesses
from app.text import readable
from app.ui.connections.actions import ConnectionActions
from app.ui.connections.column_layout import ColumnLayout
from app.ui.connections.columns import PROCESS, STATE, TARGET, Row, text_filter
from app.ui.connections.processes import Processes
from app.ui.connections.table import ConnectionsModel, ConnectionsTable
from app.ui.settings import Settings
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.labels import ElidingButton
from app.ui.widgets.layouts import ActionRow

CLOCK_MS = 1000
RESORT_TICKS = 10
MARK_SIZE = 12
LEAST_FILTER, USUAL_FILTER = 64, 150
MOST_CHIP = 160
"""The chip with the name of the chosen listener is whole up to this width."""

NARROW = 430
"""In a pane that is narrower, the filter may be narrower than usual."""


class ConnectionsPane(QWidget):
    """Shows the connections of all listeners, or of the chosen ones.

    Invariant: as of the last tick, the table shows exactly the live connections of these listeners
    that pass the text filter. If closed connections are shown, the same is true for the remembered
    ones.
    """

    count_changed = Signal(int, int)
    """How many live connections the table shows, and how many there are."""

    listener_filter_cleared = Signal()
    """The user wants to see the connections of all listeners again."""

    def __init__(
        self,
        icons: Icons,
        seconds: Callable[[], float],
        live: Callable[[], Iterable[Connection]],
        *,
        colors: ListenerColors,
        find_processes: FindProcesses,
        parent: QWidget | None = None,
    ) -> None:
        """`live` returns every live connection, and `seconds` the time on their clock.

        `colors` has the colours of their listeners. `find_processes` asks the system for the
        processes at the other ends.
        """
        super().__init__(parent)
        self._icons = icons
        self._live = live
        self._listeners: tuple[Listener, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._count = 0
        self._idle_hint = self.tr("Nobody is connected.")
        self._reported: tuple[int, int] | None = None
        self._ticks_since_sort = 0
        self._target_was_shown = False
        """Whether the column of targets was shown when the first client was forwarded."""
        self._history = ClosedConnections()
        self._processes = Processes(find_processes, seconds, self._show_processes)
        self.model = ConnectionsModel(
            seconds,
            self._processes.text,
            lambda row: colors.swatch(row.factory.spec.name),
            self,
        )
        self.table = ConnectionsTable(self.model)
        self.column_layout = ColumnLayout(self.table.horizontalHeader(), self.model.columns)
        self.column_layout.dialog_wanted.connect(self._arrange_columns)
        self.commands = ConnectionActions(self.table, icons, self.selected)
        self.filter = QLineEdit()
        self.listener_chip = ElidingButton()
        self._process_column = self.model.column(PROCESS)
        self._set_up(icons)
        self._lay_out()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.setTimerType(Qt.TimerType.CoarseTimer)
        self._clock.timeout.connect(self._show_time)
        self._count = sum(1 for _ in live())  # some are there if the window was made anew
        self._update_actions()

    @property
    def listeners(self) -> Sequence[Listener]:
        """The listeners whose connections are shown. Empty for all."""
        return self._listeners

    @property
    def hint(self) -> str:
        """The text instead of rows. Empty while there are rows."""
        return self.table.hint

    def selected(self) -> Iterator[Row]:
        """The selected rows. An iterator, so that looking for the first one is cheap."""
        for part in self.table.selectionModel().selection().toList():
            for number in range(part.top(), part.bottom() + 1):
                yield self.model.row(number)

    def choose(self, number: int) -> bool:
        """Select the connection of that number. Returns whether it is known.

        The filter is cleared for it, and closed connections are shown.
        """
        self.filter.clear()
        row = self.model.number_of(number)
        if row is None and any(each.number == number for each in self._history):
            self.commands.show_closed.setChecked(True)
            row = self.model.number_of(number)
        if row is None:
            return False
        self.table.selectRow(row)
        self.table.scrollTo(self.model.index(row, 0))
        return True

    def offer(self, hint: str, words: str, number: int) -> None:
        """While nobody is connected, say `hint` above a button with `words`. A click on it emits
        `table.offer_taken` with `number`."""
        self.table.offer(words, number)
        if hint != self._idle_hint:
            self._idle_hint = hint
            self._update_actions()

    def show_listeners(self, listeners: Iterable[Listener]) -> None:
        """Show only the connections of `listeners`, or of all listeners if it is empty."""
        self._listeners = tuple(listeners)
        self.listener_chip.setVisible(bool(self._listeners))
        self._update_names()
        self._refilter()

    def refresh(self, batch: ChangeBatch, moving: Iterable[Connection]) -> None:
        """Apply a batch of changes, and update the values of the visible rows."""
        self._count += len(batch.opened) - len(batch.closed)
        self._apply(batch)
        if not batch.listeners.isdisjoint(self._listeners) and self._update_names():
            self._refilter()
        self._ticks_since_sort += 1
        if self.model.is_sorted_by_changing_column and self._ticks_since_sort >= RESORT_TICKS:
            self._ticks_since_sort = 0
            self.model.resort()
        if batch.forwarded and not self._target_was_shown:
            self._target_was_shown = True
            self.column_layout.show(self.model.column(TARGET))
        is_changed = bool(batch.listeners or batch.forwarded)
        if is_changed or batch.active or any(True for _ in moving):
            self.table.update_visible(traffic_only=not is_changed)
        if batch.opened or batch.closed:
            self._report_count()
            self._update_actions()
            self._look_up_processes()

    def restore(self, settings: Settings) -> None:
        """Restore the columns, and whether closed connections are shown."""
        self.column_layout.restore(settings.text("connections/columns"))
        self._target_was_shown = bool(settings.text("connections/target"))
        self.commands.show_closed.setChecked(settings.text("connections/closed") == "shown")

    def save(self, settings: Settings) -> None:
        """Save the columns, and whether closed connections are shown."""
        settings.save_text("connections/columns", self.column_layout.text())
        settings.save_text("connections/target", "shown" if self._target_was_shown else "")
        shown = "shown" if self.commands.show_closed.isChecked() else ""
        settings.save_text("connections/closed", shown)

    def recolor(self) -> None:
        """Update the colours after a change of the palette or of a listener's colour."""
        self._color_rows()
        self.table.viewport().update()

    def _color_rows(self) -> None:
        self.model.quiet = quiet_color(self.palette())
        self.model.warning = tint_color(Tint.WARNING, self.palette())
        scale = self.devicePixelRatioF()
        self.model.fault_mark = self._icons.pixmap("fault", MARK_SIZE, self.model.warning, scale)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_clock"):
            self.recolor()

    def showEvent(self, event: object) -> None:
        self._update_actions()

    def resizeEvent(self, event: object) -> None:
        self.filter.setMinimumWidth(LEAST_FILTER if self.width() < NARROW else USUAL_FILTER)

    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    def _arrange_columns(self) -> None:
        """Open the dialog that orders and hides columns."""
        # Imported late for a faster start.
        from app.ui.connections.columns_dialog import ColumnsDialog

        open_modal(ColumnsDialog(self.column_layout, self.window()))

    def _set_up(self, icons: Icons) -> None:
        self._color_rows()
        self.filter.setPlaceholderText(self.tr("Filter connections"))
        self.filter.setToolTip(self.tr("By peer, listener, process, local address, TLS or state"))
        self.filter.setAccessibleName(self.tr("Filter the connections"))
        self.filter.setMaximumWidth(280)
        self.filter.textChanged.connect(self._filter_typed)
        icons.give(self.listener_chip, "close")
        self.listener_chip.setAutoRaise(False)
        self.listener_chip.setToolTip(self.tr("Show the connections of all listeners again"))
        self.listener_chip.clicked.connect(self.listener_filter_cleared)
        self.listener_chip.hide()
        self.commands.show_closed.toggled.connect(self._refilter)
        self.commands.show_closed.triggered.connect(self._show_reasons)
        self.commands.clear_closed.triggered.connect(self._clear_closed)
        self.column_layout.changed.connect(self._look_up_processes)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.remedy_wanted.connect(self.filter.clear)
        self.table.selectionModel().selectionChanged.connect(self._update_actions)
        self.table.verticalScrollBar().valueChanged.connect(self._look_up_processes)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.filter, 100)  # up to its maximum before there is a gap
        bar.addWidget(self.listener_chip)
        bar.addStretch(1)
        bar.addWidget(ActionRow(self.commands.bar_actions))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def _apply(self, batch: ChangeBatch) -> None:
        """Apply opened and closed connections.

        A connection that opened and closed between two ticks was never shown, but is remembered.
        """
        remembered, forgotten = self._history.add(batch.closed)
        if self.commands.show_closed.isChecked():
            self.model.apply([*batch.opened, *remembered], [*batch.closed, *forgotten])
        else:
            self.model.apply(batch.opened, batch.closed)

    def _accepts(self) -> Callable[[Row], bool]:
        text = self.filter.text().strip().casefold()
        names = self._names
        has_text = text_filter(text, self.model.columns)

        def accepts(row: Row) -> bool:
            if names and row.factory.spec.name not in names:
                return False
            return has_text(row)

        return accepts

    def _filter_typed(self) -> None:
        # Set at the first text, as the icon of the clear button loads all of Qt's image plugins.
        self.filter.setClearButtonEnabled(True)
        self._refilter()

    def _refilter(self) -> None:
        closed = self._history if self.commands.show_closed.isChecked() else ()
        self.model.show([*self._live(), *closed], self._accepts())
        self._report_count()
        self._update_actions()
        self._look_up_processes()

    def _show_reasons(self, shown: bool) -> None:
        if shown:
            self.column_layout.show(self.model.column(STATE))

    def _clear_closed(self) -> None:
        self._history.clear()
        self._refilter()

    def _update_names(self) -> bool:
        """Read the names of the listeners. Return whether they changed."""
        before, self._names = self._names, frozenset(each.spec.name for each in self._listeners)
        if self._names == before:
            return False
        if self._listeners:
            name = self._title()
            self.listener_chip.setText(readable.escape_mnemonics(name))
            # The words of the buttons give way first: they are known, the name is not.
            self.listener_chip.setMinimumWidth(
                min(self.listener_chip.sizeHint().width(), MOST_CHIP)
            )
            self.listener_chip.setAccessibleName(
                self.tr("Only {0}: show the connections of all listeners again").format(name)
            )
        return True

    def _title(self) -> str:
        if len(self._listeners) == 1:
            return self._listeners[0].spec.name
        return self.tr("{0} listeners").format(len(self._listeners))

    def _show_time(self) -> None:
        self.table.update_visible()
        self._look_up_processes()

    def _look_up_processes(self) -> None:
        if self.table.isVisible() and self.column_layout.is_shown(self._process_column):
            rows = (self.model.row(each) for each in self.table.visible_rows())
            self._processes.look_up(rows, self._count)

    def _show_processes(self) -> None:
        if isValid(self):  # a thread may answer after the window is gone
            self.table.update_visible()

    def _report_count(self) -> None:
        is_filtered = bool(self._listeners or self.filter.text().strip())
        shown = self.model.live_count() if is_filtered else self._count
        # For each new title of a tab, Qt lays out the whole window again.
        if self._reported != (shown, self._count):
            self._reported = (shown, self._count)
            self.count_changed.emit(shown, self._count)

    def _update_actions(self) -> None:
        self.commands.enable(closed=len(self._history))
        empty = self.model.rowCount() == 0
        is_filtered_out = bool(self._count and self.filter.text().strip())
        remedy = self.tr("Clear the filter") if is_filtered_out else ""
        self.table.show_hint(self._hint_text() if empty else "", remedy)
        if empty:
            self._clock.stop()
        elif self.isVisible() and not self._clock.isActive():
            self._clock.start()

    def _hint_text(self) -> str:
        if self._count and self.filter.text().strip():
            return self.tr("None of the {0} connections passes the filter.").format(self._count)
        return self._idle_hint

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.commands.fill(menu)
        menu.popup(self.table.viewport().mapToGlobal(at))
