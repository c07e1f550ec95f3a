"""A message across the window: it says what happened, offers what to do, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.style.icons import Icons

Offer = tuple[str, Callable[[], object]]
"""A word for a button, and what it does."""


class Banner(QFrame):
    """Shows one message at a time; a later one takes the place of an earlier one."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._message = QLabel()
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setMinimumWidth(1)  # or a long path would be the least that the window can be
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        self._dismiss = QToolButton(autoRaise=True)
        self._dismiss.setAccessibleName(self.tr("Dismiss"))
        self._dismiss.setToolTip(self.tr("Dismiss"))
        self._dismiss.clicked.connect(self.dismiss)
        icons.give(self._dismiss, "close")
        self._beside = QHBoxLayout()
        self._below = QHBoxLayout()
        self._lay_out()
        self._end = QTimer(self, singleShot=True)
        self._end.timeout.connect(self.dismiss)
        self.hide()

    @property
    def message(self) -> str:
        """What is on show; empty when nothing is."""
        return "" if self.isHidden() else self._message.text()

    def say(self, message: str, *offers: Offer, seconds: float | None = None) -> None:
        """Show `message` and a button for each offer; for good, or for so many seconds."""
        self._take_buttons_away()
        self._message.setText(message)
        # Beside a list of things, buttons would leave it a narrow column.
        self._add_buttons(offers, self._below if "\n" in message else self._beside)
        self.show()
        self._end.stop()
        if seconds is not None:
            self._end.start(int(seconds * 1000))

    def dismiss(self) -> None:
        """Show nothing any more."""
        self._end.stop()
        self._take_buttons_away()
        self.hide()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._message, 1)
        top.addLayout(self._beside)
        top.addWidget(self._dismiss, 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.addLayout(self._below)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addLayout(top)
        layout.addLayout(below)

    def _add_buttons(self, offers: Sequence[Offer], place: QHBoxLayout) -> None:
        for word, act in offers:
            button = QPushButton(word)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _=False, act=act: act())
            place.addWidget(button)
            self._buttons.append(button)

    def _take_buttons_away(self) -> None:
        for button in self._buttons:
            for place in (self._beside, self._below):
                place.removeWidget(button)
            button.hide()  # until it is deleted it would lie over what comes in its place
            button.deleteLater()
        self._buttons.clear()
