"""A window for one task, beside the window that it was opened from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget


class TaskWindow(QWidget):
    """Escape closes it, and so do the keys of the desktop that close a window."""

    def __init__(self, owner: QWidget) -> None:
        """It looks as `owner` does and closes with it. A closed window is deleted."""
        super().__init__(owner, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Cancel) or event.matches(keys.Close):
            self.close()
        else:
            super().keyPressEvent(event)
