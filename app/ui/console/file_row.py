"""The row that tells how far a file is on its way to the peer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.client.sent_file import SentFile
from app.ui import formatting

STEPS = 1000


class FileRow(QWidget):
    """Shows one file; hidden while none is sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setRange(0, STEPS)
        self.progress.setAccessibleName(self.tr("How much of the file is sent"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setAccessibleName(self.tr("Send no more of the file"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.progress, 1)
        layout.addWidget(self.cancel_button)
        self.hide()

    def show_file(self, file: SentFile | None, now: float) -> None:
        """How far `file` is at `now` (unix seconds)."""
        self.setVisible(file is not None)
        if file is None:
            return
        self.progress.setValue(min(STEPS, STEPS * file.bytes_sent // max(file.size, 1)))
        self.words.setText(
            self.tr("{0}: {1} of {2}, {3}").format(
                file.name,
                formatting.size(file.bytes_sent),
                formatting.size(file.size),
                formatting.rate(file.rate(now)),
            )
        )
