"""Looks for something among the chunks on show, and goes from one find to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.traffic.scan import Scan
from app.ui.icons import Icons
from app.ui.traffic.pattern_edit import PatternEdit


class FindBar(QWidget):
    """What to find, two ways to go, and how many there are. Enter is next, Shift+Enter previous."""

    next_wanted = Signal()
    previous_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pattern = PatternEdit(icons, self.tr("Find…"))
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self.count = QLabel()
        self.count.setMinimumWidth(90)
        for button, icon, name, wanted in (
            (
                self.previous_button,
                "find-previous",
                self.tr("Find the one before (Shift+F3)"),
                self.previous_wanted,
            ),
            (self.next_button, "find-next", self.tr("Find the next one (F3)"), self.next_wanted),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.pattern, 1)
        layout.addWidget(self.previous_button)
        layout.addWidget(self.next_button)
        layout.addWidget(self.count)
        self.pattern.line.installEventFilter(self)
        self.show_finds(None, None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                return False
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.previous_wanted if is_back else self.next_wanted).emit()
            return True
        return False

    def show_finds(self, scan: Scan | None, chosen: int | None) -> None:
        """Say how far `scan` is, and which of its finds is the chunk numbered `chosen`."""
        has_any = scan is not None and scan.end > scan.first
        self.previous_button.setEnabled(has_any)
        self.next_button.setEnabled(has_any)
        text = "" if scan is None else self._words(scan, chosen)
        if text != self.count.text():
            self.count.setText(text)

    def _words(self, scan: Scan, chosen: int | None) -> str:
        total = scan.end - scan.first
        if chosen is not None and scan.has(chosen):
            place = scan.position(chosen) - scan.first + 1
            words = self.tr("{0} of {1}").format(f"{place:,}", f"{total:,}")
        elif total:
            words = self.tr("{0} found").format(f"{total:,}")
        else:
            words = self.tr("none found") if scan.is_done else ""
        if not scan.is_done:
            words = self.tr("{0} searching…").format(words)
        return words.strip()
