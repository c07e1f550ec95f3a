"""The foot of a console tab: what to send, and how a line of it ends."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from app.client.history import History
from app.client.line_ending import LineEnding, encode
from app.client.session import Session, State
from app.ui.console.input_line import InputLine


class InputBar(QWidget):
    """Sends through `session` what the user types."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(self, session: Session, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.input = InputLine(history)
        self.ending = QComboBox()
        self.send_button = QPushButton(self.tr("Send"))
        self._set_up()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.input, 1)
        layout.addWidget(self.ending)
        layout.addWidget(self.send_button)
        self.show_state()

    def show_state(self) -> None:
        """The session is in another state."""
        connected = self._session.state is State.CONNECTED
        self.send_button.setEnabled(connected)
        hint = self.tr("Type a line and press Enter") if connected else self.tr("Not connected")
        self.input.setPlaceholderText(hint)

    def _set_up(self) -> None:
        self.input.setAccessibleName(self.tr("Text to send"))
        self.input.returnPressed.connect(self._send)
        for ending in LineEnding:
            self.ending.addItem(ending.label, ending)
        self.ending.setCurrentIndex(self.ending.findData(LineEnding.LF))
        self.ending.setAccessibleName(self.tr("Line ending"))
        self.ending.setToolTip(self.tr("What is sent after the text"))
        self.send_button.clicked.connect(self._send)

    def _send(self) -> None:
        if self._session.send(encode(self.input.text(), self.ending.currentData())):
            self.input.remember()
        self.acted.emit()
