"""The dialog that orders, shows and hides the columns of the connections table."""

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
    """Each change applies to the column layout immediately, so there is nothing to accept."""

    def __init__(self, column_layout: ColumnLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column_layout = column_layout
        self.setWindowTitle(self.tr("Columns"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Columns, from left to right"))
        self.up = QPushButton(self.tr("Move &up"))
        self.down = QPushButton(self.tr("Move &down"))
        self.reset = QPushButton(self.tr("&Restore defaults"))
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        self._lay_out()
        self._fill()
        rows = self.list.sizeHintForRow(0) * self.list.count() + 2 * self.list.frameWidth()
        around = self.sizeHint().height() - self.list.sizeHint().height()
        self.resize(380, rows + around)
        self.list.setCurrentRow(0)
        self.list.itemChanged.connect(self._check)
        self.list.currentRowChanged.connect(self._update_buttons)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(+1))
        self.reset.clicked.connect(self._reset)
        self.buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence("Alt+Up"), self, lambda: self._move(-1))
        QShortcut(QKeySequence("Alt+Down"), self, lambda: self._move(+1))
        self._update_buttons()

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
        advice.setText(
            self.tr("Tick the columns to show. The first one in the list is the leftmost.")
        )
        layout.addWidget(advice)
        layout.addLayout(middle, 1)
        layout.addWidget(self.buttons)

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            row = self.list.currentRow()
            self.list.clear()
            for number in self._column_layout.order:
                column = self._column_layout.columns[number]
                item = QListWidgetItem(column.title, self.list)
                item.setToolTip(column.hint)
                item.setData(_NUMBER, number)
                item.setCheckState(_check_state(self._column_layout.is_shown(number)))
            self.list.setCurrentRow(row)

    def _check(self, item: QListWidgetItem) -> None:
        number = item.data(_NUMBER)
        self._column_layout.show(number, item.checkState() is Qt.CheckState.Checked)
        with QSignalBlocker(self.list):
            # The last visible column stays visible.
            item.setCheckState(_check_state(self._column_layout.is_shown(number)))

    def _move(self, by: int) -> None:
        place = self.list.currentRow() + by
        if self.list.currentRow() >= 0 and 0 <= place < self.list.count():
            self._column_layout.move(self.list.currentItem().data(_NUMBER), place)
            self._fill()
            self.list.setCurrentRow(place)

    def _reset(self) -> None:
        self._column_layout.reset()
        self._fill()

    def _update_buttons(self) -> None:
        self.up.setEnabled(self.list.currentRow() > 0)
        self.down.setEnabled(0 <= self.list.currentRow() < self.list.count() - 1)


def _check_state(checked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
