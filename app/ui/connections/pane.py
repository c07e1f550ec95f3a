"""The connections pane: the table, its filter, and what one can do to the selected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.server.changes import Batch
from app.server.connection import Connection
from app.server.listener import Listener
from app.ui import formatting
from app.ui.connections.model import ConnectionsModel
from app.ui.icons import Icons

CLOCK_MS = 1000
RESORT_TICKS = 10


class ConnectionsPane(QWidget):
    """Shows the live connections of all listeners, or of the chosen one.

    Invariant: the table shows exactly the live connections that pass the text filter and the chosen
    listener, as of the last tick.
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
        parent: QWidget | None = None,
    ) -> None:
        """`live` gives every live connection; `seconds` the time on their clock."""
        super().__init__(parent)
        self._live = live
        self._listener: Listener | None = None
        self._count = 0
        self._ticks_since_order = 0
        self.model = ConnectionsModel(seconds, self)
        self.filter = QLineEdit()
        self.listener_chip = QToolButton()
        self.close_action = self._action(icons, "close", self.tr("Close"), self._close)
        self.abort_action = self._action(icons, "abort", self.tr("Abort"), self._abort)
        self.table = QTableView()
        self._hint = QLabel(self.table.viewport())
        self._set_up_controls(icons)
        self._set_up_table()
        self._lay_out()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.setTimerType(Qt.TimerType.CoarseTimer)
        self._clock.timeout.connect(self._touch_visible)
        self._show_what_can_be_done()

    @property
    def listener(self) -> Listener | None:
        """The one whose connections are shown; `None` for all."""
        return self._listener

    @property
    def hint(self) -> str:
        """What is said in place of rows; empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def selected(self) -> list[Connection]:
        """The connections of the selected rows."""
        rows = self.table.selectionModel().selectedRows()
        return [self.model.connection(index.row()) for index in rows]

    def show_listener(self, listener: Listener | None) -> None:
        """Show the connections of `listener` only, or of all."""
        self._listener = listener
        self.listener_chip.setVisible(listener is not None)
        self._name_chip()
        self._refilter()

    def refresh(self, batch: Batch, moving: Iterable[Connection]) -> None:
        """Show what a batch of changes brought, and the new values of the rows on screen."""
        self._count += len(batch.opened) - len(batch.closed)
        if self._listener in batch.listeners:
            self._name_chip()
        self.model.apply(batch.opened, batch.closed)
        self._ticks_since_order += 1
        if self.model.is_sorted_by_something_moving and self._ticks_since_order >= RESORT_TICKS:
            self._ticks_since_order = 0
            self.model.resort()
        if batch.active or any(True for _ in moving):
            self._touch_visible()
        if batch.opened or batch.closed:
            self.counted.emit(self._count)
            self._show_what_can_be_done()

    def showEvent(self, event: object) -> None:
        self._show_what_can_be_done()

    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    def _action(self, icons: Icons, icon: str, text: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        icons.give(action, icon)
        action.triggered.connect(act)
        return action

    def _set_up_controls(self, icons: Icons) -> None:
        self.filter.setPlaceholderText(self.tr("Filter by peer or listener"))
        self.filter.setAccessibleName(self.tr("Filter the connections"))
        self.filter.setMaximumWidth(280)
        self.filter.textChanged.connect(self._filter_typed)
        icons.give(self.listener_chip, "close")
        self.listener_chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.listener_chip.setToolTip(self.tr("Show the connections of all listeners again"))
        self.listener_chip.clicked.connect(self.listener_released)
        self.listener_chip.hide()
        self.close_action.setToolTip(
            self.tr("Close the selected connections: what is written is still sent")
        )
        self.close_action.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        self.abort_action.setToolTip(
            self.tr("Reset the selected connections: what is not sent yet is dropped")
        )
        self.abort_action.setShortcut(QKeySequence("Shift+Del"))
        for action in (self.close_action, self.abort_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.table.addAction(action)

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setCornerButtonEnabled(False)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(self.tr("Connections"))
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 10)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        for number, column in enumerate(self.model.columns):
            table.setColumnWidth(number, column.width)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        table.selectionModel().selectionChanged.connect(self._show_what_can_be_done)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.filter, 1)
        bar.addWidget(self.listener_chip)
        bar.addStretch(1)
        for action in (self.close_action, self.abort_action):
            button = QToolButton(autoRaise=True)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            bar.addWidget(button)
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        over_the_table = QVBoxLayout(self.table.viewport())
        over_the_table.addWidget(self._hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def _accepts(self) -> Callable[[Connection], bool]:
        text = self.filter.text().strip().casefold()
        listener = self._listener

        def accepts(connection: Connection) -> bool:
            if listener is not None and connection.factory is not listener.factory:
                return False
            if not text:
                return True
            name = connection.factory.spec.name
            return text in connection.peer.casefold() or text in name.casefold()

        return accepts

    def _filter_typed(self) -> None:
        # Not before there is text to clear: its icon loads all of Qt's image plugins.
        self.filter.setClearButtonEnabled(True)
        self._refilter()

    def _refilter(self) -> None:
        self.model.show(self._live(), self._accepts())
        self._show_what_can_be_done()

    def _name_chip(self) -> None:
        if self._listener is not None:
            name = self._listener.spec.name
            self.listener_chip.setText(formatting.literal(name))
            self.listener_chip.setAccessibleName(
                self.tr("Only {0}: show the connections of all listeners again").format(name)
            )

    def _visible_rows(self) -> tuple[int, int]:
        viewport = self.table.viewport().rect()
        first = max(0, self.table.rowAt(viewport.top()))
        last = self.table.rowAt(viewport.bottom())
        return first, last if last >= 0 else self.model.rowCount() - 1

    def _touch_visible(self) -> None:
        if self.isVisible():
            self.model.touch(*self._visible_rows())

    def _show_what_can_be_done(self) -> None:
        has_selection = self.table.selectionModel().hasSelection()
        self.close_action.setEnabled(has_selection)
        self.abort_action.setEnabled(has_selection)
        empty = self.model.rowCount() == 0
        self._hint.setVisible(empty)
        if empty:
            self._clock.stop()
            self._hint.setText(self._hint_text())
        elif self.isVisible() and not self._clock.isActive():
            self._clock.start()

    def _hint_text(self) -> str:
        if self._count and (self.filter.text().strip() or self._listener is not None):
            return self.tr("None of the {0} connections passes the filter.").format(self._count)
        return self.tr(
            "Nobody is connected.\n"
            "Switch a listener on and connect to it: with the console below, nc or telnet."
        )

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.close_action, self.abort_action])
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _close(self) -> None:
        for connection in self._still_live():
            connection.loseConnection()

    def _abort(self) -> None:
        for connection in self._still_live():
            connection.abortConnection()

    def _still_live(self) -> Iterator[Connection]:
        return (connection for connection in self.selected() if connection.connected)
