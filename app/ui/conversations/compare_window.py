"""Two connections side by side: which messages of their servers, or clients, are not the same."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.traffic.comparison import compare_connections
from app.traffic.framing import Framing
from app.ui.conversations.comparison_view import ComparisonView
from app.ui.conversations.reading import (
    ConversationReading,
    RecordedConnection,
)
from app.ui.widgets.framing_form import FramingChoice
from app.ui.widgets.layouts import fill
from app.ui.widgets.task_window import TaskWindow


class CompareWindow(TaskWindow):
    """Compares two connections of the same log, recording or capture."""

    def __init__(
        self,
        first: RecordedConnection,
        second: RecordedConnection,
        framing: Framing | None,
        owner: QWidget,
    ) -> None:
        """It looks as `owner` does and closes with it. `framing` is that of the view."""
        super().__init__(owner)
        self._pair = (first, second)
        self.reading = ConversationReading(self, guesses=framing is None)
        self.of_servers = QRadioButton(self.tr("What the &servers said"))
        self.of_clients = QRadioButton(self.tr("What the &clients said"))
        self.framing = FramingChoice()
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.comparison = ComparisonView((first.name, second.name))
        self.setWindowTitle(self.tr("{0} and {1}").format(first.name, second.name))
        self._lay_out()
        self.framing.choose(framing)
        self.framing.changed.connect(self._read)
        self.of_servers.toggled.connect(self._compare)
        self.reading.finished.connect(self._show_read)
        self._read()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reading.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self.of_servers.setChecked(True)
        sides = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.of_servers, self.of_clients):
            group.addButton(button)
            sides.addWidget(button)
        sides.addStretch(1)
        rows = QFormLayout()
        rows.addRow(self.tr("Compare"), sides)
        if not self._pair[0].is_datagram:
            rows.addRow(self.tr("Messages"), self.framing)
        self.note.setObjectName("quiet")
        self.note.setText(
            self.tr("The conversations are too long. Only their beginnings are read.")
        )
        self.note.hide()
        fill(QVBoxLayout(self), rows, self.note, (self.comparison, 1))
        self.resize(860, 620)

    def _read(self) -> None:
        self.reading.read(self._pair, self.framing.framing)

    def _show_read(self) -> None:
        self.framing.choose(self.reading.framing)
        self.note.setVisible(self.reading.is_cut)
        self._compare()

    def _compare(self) -> None:
        if self.reading.is_reading:
            return
        first, second = self.reading.conversations
        self.comparison.show_comparison(
            compare_connections(first, second, from_server=self.of_servers.isChecked())
        )
