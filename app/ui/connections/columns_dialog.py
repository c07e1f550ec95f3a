"""The list in which the columns of the connections table are ordered, shown and hidden."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.connections.column_layout import ColumnLayout
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.labels import WrappingLabel

_NUMBER = Qt.ItemDataRole.UserRole


class ColumnsDialog(QDialog):
    """Changes an arrangement while it is open; there is nothing to accept."""

    def __init__(self, arrangement: ColumnLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrangement = arrangement
        self.setWindowTitle(self.tr("Columns"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Columns, from left to right"))
        self.up = QPushButton(self.tr("Move &up"))
        self.down = QPushButton(self.tr("Move &down"))
        self.reset = QPushButton(self.tr("As at &first"))
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        self._lay_out()
        self._fill()
        self.list.setCurrentRow(0)
        self.list.itemChanged.connect(self._check)
        self.list.currentRowChanged.connect(self._show_what_can_be_done)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(+1))
        self.reset.clicked.connect(self._reset)
        self.buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence("Alt+Up"), self, lambda: self._move(-1))
        QShortcut(QKeySequence("Alt+Down"), self, lambda: self._move(+1))
        self._show_what_can_be_done()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        for button in (self.up, self.down, self.reset):
            button.setAutoDefault(False)
            side.addWidget(button)
        side.addStretch(1)
        middle = QHBoxLayout()
        middle.addWidget(self.list, 1)
        middle.addLayout(side)
        layout = QVBoxLayout(self)
        advice = WrappingLabel()
        advice.setText(self.tr("Tick what the table shows. The top one stands on the left."))
        layout.addWidget(advice)
        layout.addLayout(middle, 1)
        layout.addWidget(self.buttons)
        self.resize(380, 420)

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            row = self.list.currentRow()
            self.list.clear()
            for number in self._arrangement.order:
                column = self._arrangement.columns[number]
                item = QListWidgetItem(column.title, self.list)
                item.setToolTip(column.hint)
                item.setData(_NUMBER, number)
                item.setCheckState(_check_state(self._arrangement.is_shown(number)))
            self.list.setCurrentRow(row)

    def _check(self, item: QListWidgetItem) -> None:
        number = item.data(_NUMBER)
        self._arrangement.show(number, item.checkState() is Qt.CheckState.Checked)
        with QSignalBlocker(self.list):
            # The last one that is shown stays so.
            item.setCheckState(_check_state(self._arrangement.is_shown(number)))

    def _move(self, by: int) -> None:
        place = self.list.currentRow() + by
        if self.list.currentRow() >= 0 and 0 <= place < self.list.count():
            self._arrangement.move(self.list.currentItem().data(_NUMBER), place)
            self._fill()
            self.list.setCurrentRow(place)

    def _reset(self) -> None:
        self._arrangement.reset()
        self._fill()

    def _show_what_can_be_done(self) -> None:
        self.up.setEnabled(self.list.currentRow() > 0)
        self.down.setEnabled(0 <= self.list.currentRow() < self.list.count() - 1)


def _check_state(checked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
