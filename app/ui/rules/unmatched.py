"""The last messages that no rule matched, from which rules can be made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import (
    QObject,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.client.transcript import timestamp
from app.rules.running import UnmatchedMessage
from app.ui.rules.tester import shown
from app.ui.widgets.tables import Index, RowsModel, set_up_table

TIME, PEER, STATE, MESSAGE = range(4)
_WIDTHS: Final = {TIME: 110, PEER: 140, STATE: 90}


class UnmatchedModel(RowsModel):
    """The newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[UnmatchedMessage] = []
        self.titles = (self.tr("Time"), self.tr("Peer"), self.tr("State"), self.tr("Message"))

    def show_messages(self, messages: Iterable[UnmatchedMessage]) -> None:
        """Show these, which are ordered from the oldest to the newest."""
        fresh = list(messages)[::-1]
        if fresh != self.rows:
            self.beginResetModel()
            self.rows = fresh
            self.endResetModel()

    def message(self, row: int) -> UnmatchedMessage:
        """The message in a row."""
        return self.rows[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        message = self.rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return message.flaw or None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case 0:
                return timestamp(message.time)
            case 1:
                return message.peer
            case 2:
                return message.state
        return shown(message.message)


class UnmatchedPanel(QWidget):
    """The table of unmatched messages, and what can be done with the chosen one."""

    rule_wanted = Signal(object)
    """The user wants a rule that matches this `UnmatchedMessage`."""

    test_wanted = Signal(object)
    """The user wants to try this `UnmatchedMessage` in the tester."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = UnmatchedModel(self)
        self.table = QTableView()
        self.make_rule = QPushButton(self.tr("Make a &rule from this"))
        self.test = QPushButton(self.tr("&Try it in the tester"))
        self.hint = QLabel(self.tr("Every message was matched by a rule so far."))
        self._set_up()
        bar = QHBoxLayout()
        bar.addWidget(self.make_rule)
        bar.addWidget(self.test)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.table, 1)
        layout.addLayout(bar)
        self._enable()

    def show_messages(self, messages: Iterable[UnmatchedMessage]) -> None:
        """Show these, oldest first. The chosen one stays chosen while it is kept."""
        chosen = self._chosen()
        self.model.show_messages(messages)
        rows = range(self.model.rowCount())
        row = next((each for each in rows if self.model.message(each) is chosen), None)
        if row is not None and chosen is not self._chosen():
            self.table.selectRow(row)
        self._enable()

    def _set_up(self) -> None:
        set_up_table(self.table, self.model, self.tr("Messages that no rule matched"))
        self.table.horizontalHeader().setStretchLastSection(True)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.table.viewport()).addWidget(self.hint)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.table.doubleClicked.connect(lambda: self._emit(self.rule_wanted))
        self.make_rule.clicked.connect(lambda: self._emit(self.rule_wanted))
        self.test.clicked.connect(lambda: self._emit(self.test_wanted))

    def _chosen(self) -> UnmatchedMessage | None:
        current = self.table.currentIndex()
        return self.model.message(current.row()) if current.isValid() else None

    def _emit(self, wanted: Any) -> None:
        message = self._chosen()
        if message is not None:
            wanted.emit(message)

    def _enable(self) -> None:
        self.hint.setVisible(self.model.rowCount() == 0)
        for button in (self.make_rule, self.test):
            button.setEnabled(self._chosen() is not None)
