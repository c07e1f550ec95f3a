"""The connections pane: the table, its filter, and what one can do to the selected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch, ClosedConnections
from app.server.peer_process import FindProcesses
from app.text import readable
from app.ui.connections.actions import ConnectionActions
from app.ui.connections.column_layout import ColumnLayout
from app.ui.connections.columns import PROCESS, STATE, Row, text_filter
from app.ui.connections.processes import Processes
from app.ui.connections.table import ConnectionsModel, ConnectionsTable
from app.ui.settings import Settings
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors, quiet_color
from app.ui.widgets.dialogs import open_modal

CLOCK_MS = 1000
RESORT_TICKS = 10


class ConnectionsPane(QWidget):
    """Shows the connections of all listeners, or of some.

    Invariant: the table shows exactly those live connections that pass the text filter and are of
    those listeners, as of the last tick; and of the closed ones that are remembered likewise, if
    they are asked for.
    """

    counted = Signal(int)
    """So many connections are live, shown or not."""

    listener_released = Signal()
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
        """`live` gives every live connection, `seconds` the time on their clock, and `colors` how
        their listeners look. `find_processes` asks the
        system who is at the other end."""
        super().__init__(parent)
        self._live = live
        self._listeners: tuple[Listener, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._count = 0
        self._ticks_since_order = 0
        self._history = ClosedConnections()
        self._processes = Processes(find_processes, seconds, self._show_processes)
        self.model = ConnectionsModel(
            seconds,
            self._processes.text,
            lambda row: colors.swatch(row.factory.spec.name),
            self,
        )
        self.table = ConnectionsTable(self.model)
        self.arrangement = ColumnLayout(self.table.horizontalHeader(), self.model.columns)
        self.arrangement.dialog_wanted.connect(self._arrange_columns)
        self.commands = ConnectionActions(self.table, icons, self.selected)
        self.filter = QLineEdit()
        self.listener_chip = QToolButton()
        self._process_column = self.model.column(PROCESS)
        self._set_up(icons)
        self._lay_out()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.setTimerType(Qt.TimerType.CoarseTimer)
        self._clock.timeout.connect(self._show_now)
        self._show_what_can_be_done()

    @property
    def listeners(self) -> Sequence[Listener]:
        """Those whose connections are shown; none for all."""
        return self._listeners

    @property
    def hint(self) -> str:
        """What is said in place of rows; empty while there are rows."""
        return self.table.hint

    def selected(self) -> Iterator[Row]:
        """What the selected rows show. Cheap to begin with, however many they are."""
        for part in self.table.selectionModel().selection().toList():
            for number in range(part.top(), part.bottom() + 1):
                yield self.model.row(number)

    def show_listeners(self, listeners: Iterable[Listener]) -> None:
        """Show the connections of those only, or of all if there are none."""
        self._listeners = tuple(listeners)
        self.listener_chip.setVisible(bool(self._listeners))
        self._take_names()
        self._refilter()

    def refresh(self, batch: ChangeBatch, moving: Iterable[Connection]) -> None:
        """Show what a batch of changes brought, and the new values of the rows on screen."""
        self._count += len(batch.opened) - len(batch.closed)
        self._take(batch)
        if not batch.listeners.isdisjoint(self._listeners) and self._take_names():
            self._refilter()
        self._ticks_since_order += 1
        if self.model.is_sorted_by_something_moving and self._ticks_since_order >= RESORT_TICKS:
            self._ticks_since_order = 0
            self.model.resort()
        if batch.active or batch.listeners or any(True for _ in moving):
            self.table.touch_visible()
        if batch.opened or batch.closed:
            self.counted.emit(self._count)
            self._show_what_can_be_done()
            self._want_processes()

    def restore(self, settings: Settings) -> None:
        """Take the columns and what is shown from the last time."""
        self.arrangement.restore(settings.text("connections/columns"))
        self.commands.show_closed.setChecked(settings.text("connections/closed") == "shown")

    def keep(self, settings: Settings) -> None:
        """Remember the columns and what is shown."""
        settings.keep_text("connections/columns", self.arrangement.text())
        shown = "shown" if self.commands.show_closed.isChecked() else ""
        settings.keep_text("connections/closed", shown)

    def recolor(self) -> None:
        """The palette or the colour of a listener is another one."""
        self.model.quiet = quiet_color(self.palette())
        self.table.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_clock"):
            self.recolor()

    def showEvent(self, event: object) -> None:
        self._show_what_can_be_done()

    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    def _arrange_columns(self) -> None:
        """Open the list in which columns are ordered and chosen by keyboard or mouse."""
        from app.ui.connections.columns_dialog import ColumnsDialog  # only when it is wanted

        open_modal(ColumnsDialog(self.arrangement, self.window()))

    def _set_up(self, icons: Icons) -> None:
        self.model.quiet = quiet_color(self.palette())
        self.filter.setPlaceholderText(self.tr("Filter connections"))
        self.filter.setToolTip(self.tr("By peer, listener, process, local address, TLS or state"))
        self.filter.setAccessibleName(self.tr("Filter the connections"))
        self.filter.setMaximumWidth(280)
        self.filter.textChanged.connect(self._filter_typed)
        icons.give(self.listener_chip, "close")
        self.listener_chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.listener_chip.setToolTip(self.tr("Show the connections of all listeners again"))
        self.listener_chip.clicked.connect(self.listener_released)
        self.listener_chip.hide()
        self.commands.show_closed.toggled.connect(self._refilter)
        self.commands.show_closed.triggered.connect(self._show_reasons)
        self.commands.clear_closed.triggered.connect(self._clear_closed)
        self.arrangement.changed.connect(self._want_processes)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.selectionModel().selectionChanged.connect(self._show_what_can_be_done)
        self.table.verticalScrollBar().valueChanged.connect(self._want_processes)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.filter, 1)
        bar.addWidget(self.listener_chip)
        bar.addStretch(1)
        for action in self.commands.in_the_bar:
            button = QToolButton(autoRaise=True)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def _take(self, batch: ChangeBatch) -> None:
        """What came and went between two ticks was never on show, but is remembered too."""
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
        # Not before there is text to clear: its icon loads all of Qt's image plugins.
        self.filter.setClearButtonEnabled(True)
        self._refilter()

    def _refilter(self) -> None:
        closed = self._history if self.commands.show_closed.isChecked() else ()
        self.model.show([*self._live(), *closed], self._accepts())
        self._show_what_can_be_done()
        self._want_processes()

    def _show_reasons(self, shown: bool) -> None:
        if shown:
            self.arrangement.show(self.model.column(STATE))

    def _clear_closed(self) -> None:
        self._history.clear()
        self._refilter()

    def _take_names(self) -> bool:
        """See what the listeners are called now. Whether that is another name than before."""
        before, self._names = self._names, frozenset(each.spec.name for each in self._listeners)
        if self._names == before:
            return False
        if self._listeners:
            name = self._title()
            self.listener_chip.setText(readable.escape_mnemonics(name))
            self.listener_chip.setAccessibleName(
                self.tr("Only {0}: show the connections of all listeners again").format(name)
            )
        return True

    def _title(self) -> str:
        if len(self._listeners) == 1:
            return self._listeners[0].spec.name
        return self.tr("{0} listeners").format(len(self._listeners))

    def _show_now(self) -> None:
        self.table.touch_visible()
        self._want_processes()

    def _want_processes(self) -> None:
        if self.table.isVisible() and self.arrangement.is_shown(self._process_column):
            rows = (self.model.row(each) for each in self.table.visible_rows())
            self._processes.want(rows, self._count)

    def _show_processes(self) -> None:
        if isValid(self):  # a thread may answer when there is no window any more
            self.table.touch_visible()

    def _show_what_can_be_done(self) -> None:
        self.commands.enable(closed=len(self._history))
        empty = self.model.rowCount() == 0
        self.table.show_hint(self._hint_text() if empty else "")
        if empty:
            self._clock.stop()
        elif self.isVisible() and not self._clock.isActive():
            self._clock.start()

    def _hint_text(self) -> str:
        if self._count and self.filter.text().strip():
            return self.tr("None of the {0} connections passes the filter.").format(self._count)
        if self._listeners:
            return self.tr("Nobody is connected to {0}.").format(self._title())
        return self.tr(
            "Nobody is connected.\n"
            "Switch a listener on and connect to it: with the console below, nc or telnet."
        )

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.commands.fill(menu)
        menu.popup(self.table.viewport().mapToGlobal(at))
