"""What a console tab has to say before there is a connection, and what it offers to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.ui.wrapping import WrappingLabel


class Offer(QFrame):
    """A sentence and at most one button; hidden while there is nothing to say."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.text = WrappingLabel()
        self.button = QPushButton()
        self.button.setAutoDefault(True)  # Enter accepts it
        self.button.clicked.connect(self.accepted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button)
        self.hide()

    def say(self, sentence: str, button: str = "") -> None:
        """Show `sentence`, and `button` if there is something to accept."""
        self.text.setText(sentence)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.show()
