"""The actions on connections: send, close, abort, and show the closed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.server.broadcast import AllConnections, Recipients
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.ui.connections.columns import Row
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons

if TYPE_CHECKING:
    from app.ui.connections.send_dialog import SendDialog

COMPARED: Final = 2
MOST_COPIED: Final = 10_000


class ConnectionActions(QObject):
    """Owns the actions on the selected connections. Closed connections are ignored."""

    send_wanted = Signal(object)
    """The user wants to send to these connections: a list, not empty."""

    faults_wanted = Signal(object)
    """The user wants to change the faults of this `Connection`."""

    traffic_wanted = Signal(object)
    """The user wants the traffic of this row."""

    compare_wanted = Signal(object)
    """The user wants to compare the traffic of two connections: a tuple of their numbers."""

    def __init__(self, table: QWidget, icons: Icons, selected: Callable[[], Iterable[Row]]) -> None:
        """The shortcuts work inside `table`."""
        super().__init__(table)
        self._table = table
        self._icons = icons
        self._selected = selected
        self.send = self._make(self.tr("Send…"), "send", "Ctrl+Shift+S", self._send)
        self.send.setToolTip(self.tr("Send something to the selected connections"))
        self.close = self._make(self.tr("Close"), "close", Qt.Key.Key_Delete, self._close)
        self.close.setToolTip(
            self.tr("Close the selected connections: what is written is still sent")
        )
        self.abort = self._make(self.tr("Abort"), "abort", "Shift+Del", self._abort)
        self.abort.setToolTip(
            self.tr("Reset the selected connections: what is not sent yet is dropped")
        )
        self.traffic = self._make(
            self.tr("Show its traffic"), "", Qt.Key.Key_Return, self._show_traffic
        )
        self.traffic.setToolTip(self.tr("Show only the traffic of the selected connection"))
        self.copy_address = self._make(
            self.tr("Copy address"), "copy", QKeySequence.StandardKey.Copy, self._copy_addresses
        )
        self.copy_address.setToolTip(self.tr("Copy the addresses of the selected connections"))
        self.faults = self._make(self.tr("Faults…"), "fault", act=self._open_faults)
        self.faults.setToolTip(self.tr("Disturb the selected connection on purpose"))
        self.compare = self._make(self.tr("Compare…"), act=self._compare)
        self.compare.setToolTip(self.tr("Compare the traffic of the two selected connections"))
        self.show_closed = self._make(self.tr("Show closed"), "history", "Ctrl+Shift+H")
        self.show_closed.setCheckable(True)
        self.show_closed.setToolTip(
            self.tr("Show the connections that ended too: the last 1,000, in grey, with the reason")
        )
        self.clear_closed = self._make(self.tr("Forget the closed ones"), "clear")

    @property
    def bar_actions(self) -> tuple[QAction, ...]:
        """The actions in the bar above the table."""
        return (self.show_closed, self.send, self.close, self.abort)

    def fill(self, menu: QMenu) -> None:
        """Add all actions to `menu`."""
        menu.addActions([self.traffic, self.copy_address])
        menu.addSeparator()
        menu.addActions([self.send, self.close, self.abort, self.faults, self.compare])
        menu.addSeparator()
        menu.addActions([self.show_closed, self.clear_closed])

    def enable(self, *, closed: int) -> None:
        """Enable what is possible now. `closed` is the number of remembered closed connections."""
        live = next(self._live(), None) is not None
        for action in (self.send, self.close, self.abort):
            action.setEnabled(live)
        is_any = next(iter(self._selected()), None) is not None
        self.traffic.setEnabled(is_any)
        self.copy_address.setEnabled(is_any)
        self.faults.setEnabled(len(list(islice(self._live(), 2))) == 1)
        self.compare.setEnabled(len(self._first_numbers()) == COMPARED)
        self.clear_closed.setEnabled(closed > 0)

    def _make(
        self,
        text: str,
        icon: str = "",
        keys: str | Qt.Key | QKeySequence.StandardKey | None = None,
        act: Callable[[], None] | None = None,
    ) -> QAction:
        action = QAction(text, self)
        if icon:
            self._icons.give(action, icon)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if act is not None:
            action.triggered.connect(lambda _checked=False: act())
        self._table.addAction(action)
        return action

    def _show_traffic(self) -> None:
        row = next(iter(self._selected()), None)
        if row is not None:
            self.traffic_wanted.emit(row)

    def _copy_addresses(self) -> None:
        peers = [row.peer for row in islice(self._selected(), MOST_COPIED)]
        QGuiApplication.clipboard().setText("\n".join(peers))

    def _live(self) -> Iterator[Connection]:
        for row in self._selected():
            if isinstance(row, Connection) and row.connected:
                yield row

    def _send(self) -> None:
        live = list(self._live())
        if live:
            self.send_wanted.emit(live)

    def _close(self) -> None:
        for connection in list(self._live()):
            connection.loseConnection()

    def _open_faults(self) -> None:
        live = list(islice(self._live(), 2))
        if len(live) == 1:
            self.faults_wanted.emit(live[0])

    def _first_numbers(self) -> tuple[int, ...]:
        """The numbers of the selected rows, but no more than tell whether they are two."""
        return tuple(row.number for row in islice(self._selected(), COMPARED + 1))

    def _compare(self) -> None:
        numbers = self._first_numbers()
        if len(numbers) == COMPARED:
            self.compare_wanted.emit(numbers)

    def _abort(self) -> None:
        for connection in list(self._live()):
            connection.abort()


class SendDialogs(QObject):
    """Owns the open send dialogs, and updates them when connections open or close.

    They are not modal, and several may be open.
    """

    def __init__(self, window: QWidget, saved_state: ConsoleState, icons: Icons) -> None:
        super().__init__(window)
        self._window = window
        self._saved_state = saved_state
        self._icons = icons
        self.dialogs: list[SendDialog] = []

    def open_for(self, connections: Sequence[Connection]) -> None:
        """Open a dialog that sends to these connections."""
        if len(connections) == 1:
            (one,) = connections
            whom = self.tr("{0} of {1}").format(one.peer, one.factory.spec.name)
        else:
            whom = self.tr("{0} connections").format(f"{len(connections):,}")
        self._open(Recipients(connections), whom)

    def open_for_listener(self, listener: Listener) -> None:
        """Open a dialog that sends to all connections of `listener`."""
        self._open(AllConnections(listener), self.tr("all of {0}").format(listener.spec.name))

    def refresh(self, batch: ChangeBatch) -> None:
        """Update the dialogs if connections opened or closed."""
        if batch.opened or batch.closed:
            for dialog in self.dialogs:
                dialog.refresh()

    def _open(self, recipients: Recipients, whom: str) -> None:
        # Imported late for a faster start.
        from app.ui.connections.send_dialog import SendDialog

        dialog = SendDialog(recipients, whom, self._saved_state, self._icons, self._window)
        dialog.closed.connect(self.dialogs.remove)
        self.dialogs.append(dialog)
        dialog.show()
