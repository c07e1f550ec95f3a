"""The held messages of one listener as a table, oldest first, and the editor for one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.forwarding.holding import Direction, HeldMessage
from app.text import readable
from app.text.notation import Notation, read, write
from app.ui.style.palette import quiet_color
from app.ui.widgets.labels import show_result
from app.ui.widgets.layouts import fill
from app.ui.widgets.tables import RIGHT, Index, RowsModel
from app.ui.widgets.text_view import DataField
from app.ui.widgets.translation import translated

WAITS, DIRECTION, CONNECTION, SIZE, MESSAGE = range(5)
PREVIEW_BYTES = 200


class HeldModel(RowsModel):
    """Shows the messages of the last `show_messages`. Their numbers ascend."""

    right = (WAITS, SIZE)

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
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self.right:
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and not message.is_held:
            return quiet_color(QGuiApplication.palette())
        if role == Qt.ItemDataRole.ToolTipRole and not message.is_held:
            return self.tr("It goes on as soon as those before it have gone.")
        return None

    def _text(self, message: HeldMessage, column: int) -> str:
        match column:
            case 0:
                waits = max(0.0, self._seconds() - message.held_at)
                return self.tr("{0} s").format(f"{waits:.0f}")
            case 1:
                return self._directions[message.direction]
            case 2:
                return " ".join(filter(None, (f"#{message.connection}", message.peer)))
            case 3:
                return readable.format_size(len(message.data))
        more = "…" if len(message.data) > PREVIEW_BYTES else ""
        return repr(message.data[:PREVIEW_BYTES])[2:-1] + more


MOST_EDITED: Final = 64 * 1024
"""A longer message is shown in part, and cannot be edited."""


class MessageEdit(QWidget):
    """Shows a message. `edited` is what the user made of it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._data: bytes | None = None
        self._shown = ""
        self.notation = QComboBox()
        self.notation.addItem(self.tr("Text"), Notation.ESCAPES)
        self.notation.addItem(self.tr("Hex"), Notation.HEX)
        self.notation.setAccessibleName(self.tr("Text or hex"))
        self.text = DataField()
        self.text.setAccessibleName(self.tr("The message, to be edited"))
        self.text.setTabChangesFocus(True)
        self.note = QLabel()
        bar = fill(QHBoxLayout(), self.notation, (self.note, 1))
        fill(QVBoxLayout(self), bar, (self.text, 1), margins=0)
        self.notation.activated.connect(self._show_in_other_notation)
        self.text.textChanged.connect(self._check)
        self.show_message(None)

    @property
    def edited(self) -> bytes | None:
        """The bytes as edited. `None` if they are as they came. Raises `ValueError`."""
        text = self.text.toPlainText()
        if self._data is None or text == self._shown or self.text.isReadOnly():
            return None
        return read(text.replace("\n", ""), self.notation.currentData())

    @property
    def is_valid(self) -> bool:
        """Whether what is typed are bytes."""
        try:
            _ = self.edited
        except ValueError:
            return False
        return True

    def show_message(self, data: bytes | None) -> None:
        """Show another message, or none. What was typed is lost."""
        self._data = data
        self.setEnabled(data is not None)
        is_too_long = data is not None and len(data) > MOST_EDITED
        self.text.setReadOnly(is_too_long)
        part = (data or b"")[:MOST_EDITED]
        escaped = write(part, Notation.ESCAPES)
        is_readable = escaped.count("\\x") * 4 <= len(part)
        self.notation.setCurrentIndex(0 if is_readable else 1)
        self._show(part)
        if is_too_long:
            self.note.setText(self.tr("Too long to edit: this is its beginning."))

    def _show(self, data: bytes) -> None:
        self._shown = write(data, self.notation.currentData())
        self.text.setPlainText(self._shown)

    def _show_in_other_notation(self) -> None:
        """Show the same bytes; what cannot be read is shown as it came."""
        other = Notation.HEX if self.notation.currentIndex() == 0 else Notation.ESCAPES
        text = self.text.toPlainText()
        data = (self._data or b"")[:MOST_EDITED]
        if text != self._shown:
            try:
                edited = read(text.replace("\n", ""), other)
            except ValueError:
                edited = data
            self._show(data)
            self.text.setPlainText(write(edited, self.notation.currentData()))
        else:
            self._show(data)

    def _check(self) -> None:
        try:
            _ = self.edited
        except ValueError as error:
            show_result(self.note, translated(str(error)), wrong=True)
        else:
            show_result(self.note, "")
        self.changed.emit()
