"""A message across the window: it says what happened, offers what to do, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.ui.icons import Icons

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
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 8, 6)
        self._row.addWidget(self._message, 1)
        self._row.addWidget(self._dismiss)
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
        self._add_buttons(offers)
        self.show()
        self._end.stop()
        if seconds is not None:
            self._end.start(int(seconds * 1000))

    def dismiss(self) -> None:
        """Show nothing any more."""
        self._end.stop()
        self._take_buttons_away()
        self.hide()

    def _add_buttons(self, offers: Sequence[Offer]) -> None:
        for word, act in offers:
            button = QPushButton(word)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _=False, act=act: act())
            self._row.insertWidget(self._row.count() - 1, button)
            self._buttons.append(button)

    def _take_buttons_away(self) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()  # until it is deleted it would lie over what comes in its place
            button.deleteLater()
        self._buttons.clear()
