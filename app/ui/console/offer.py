"""What a console tab has to say before there is a connection, and what it offers to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.ui.wrapping import WrappingLabel


class Offer(QFrame):
    """A sentence and up to two buttons; hidden while there is nothing to say."""

    accepted = Signal()
    """What is offered shall be done."""

    details_wanted = Signal()
    """The user wants to see more first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.text = WrappingLabel()
        self.details_button = QPushButton()
        self.details_button.clicked.connect(self.details_wanted)
        self.button = QPushButton()
        self.button.setAutoDefault(True)  # Enter accepts it
        self.button.clicked.connect(self.accepted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.details_button)
        layout.addWidget(self.button)
        self.hide()

    def say(self, sentence: str, button: str = "", details: str = "") -> None:
        """Show `sentence`; `button` if there is something to accept, `details` if to look at."""
        self.text.setText(sentence)
        for shown, words in ((self.button, button), (self.details_button, details)):
            shown.setText(words)
            shown.setVisible(bool(words))
        self.show()
