"""The held messages of one listener as a table, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication

from app.forwarding.holding import Direction, HeldMessage
from app.text import readable
from app.ui.style.palette import quiet_color
from app.ui.widgets.tables import RIGHT, Index, RowsModel

WAITS, DIRECTION, CONNECTION, SIZE, MESSAGE = range(5)
PREVIEW_BYTES = 200


class HeldModel(RowsModel):
    """Shows the messages of the last `show_messages`. Their numbers ascend."""

    def __init__(self, seconds: Callable[[], float], parent: QObject | None = None) -> None:
        """`seconds` is the clock by which they are held."""
        super().__init__(parent)
        self._seconds = seconds
        self.rows: list[HeldMessage] = []
        self.titles = (
            self.tr("Waits"),
            self.tr("Direction"),
            self.tr("Connection"),
            self.tr("Size"),
            self.tr("Message"),
        )
        self._directions = {
            Direction.IN: self.tr("← from the client"),
            Direction.OUT: self.tr("→ to the client"),
        }

    def show_messages(self, messages: Iterable[HeldMessage]) -> None:
        """Show these. Rows of messages that are still there stay the same rows."""
        wanted = list(messages)
        kept = {each.number for each in wanted}
        for row in reversed(range(len(self.rows))):
            if self.rows[row].number not in kept:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.rows[row]
                self.endRemoveRows()
        count = len(self.rows)
        if len(wanted) > count:
            self.beginInsertRows(QModelIndex(), count, len(wanted) - 1)
            self.rows.extend(wanted[count:])
            self.endInsertRows()
        if self.rows:
            last = self.index(len(self.rows) - 1, MESSAGE)
            self.dataChanged.emit(self.index(0, 0), last)

    def message(self, row: int) -> HeldMessage:
        """The message in a row."""
        return self.rows[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        message = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(message, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (WAITS, SIZE):
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and not message.is_held:
            return quiet_color(QGuiApplication.palette())
        if role == Qt.ItemDataRole.ToolTipRole and not message.is_held:
            return self.tr("It goes on as soon as those before it have gone.")
        return None

    def _text(self, message: HeldMessage, column: int) -> str:
        match column:
            case 0:
                return f"{max(0.0, self._seconds() - message.held_at):.0f} s"
            case 1:
                return self._directions[message.direction]
            case 2:
                return " ".join(filter(None, (f"#{message.connection}", message.peer)))
            case 3:
                return readable.format_size(len(message.data))
        more = "…" if len(message.data) > PREVIEW_BYTES else ""
        return repr(message.data[:PREVIEW_BYTES])[2:-1] + more
