"""A line to type a range of sizes into."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from app.traffic.sizes import Sizes, SizesError, parse_sizes
from app.ui.colors import RED, pick

LETTERS = 10


class SizeEdit(QLineEdit):
    """What is typed, checked as it is typed. `sizes` is `None` for nothing or something wrong."""

    sizes_changed = Signal()
    """`sizes` or `trouble` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizes: Sizes | None = None
        self.trouble = ""
        self.setPlaceholderText(self.tr("Size…"))
        self.setAccessibleName(self.tr("Sizes to show, in bytes"))
        self.setClearButtonEnabled(True)
        self.textChanged.connect(self._parse)
        self._parse("")

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().averageCharWidth() * LETTERS + hint.height(), hint.height())

    def _parse(self, text: str) -> None:
        before = self.sizes, self.trouble
        try:
            self.sizes, self.trouble = parse_sizes(text), ""
        except SizesError as error:
            self.sizes, self.trouble = None, str(error)
        palette = QPalette()
        if self.trouble:
            palette.setColor(QPalette.ColorRole.Text, pick(RED, palette))
        self.setPalette(palette)
        self.setAccessibleDescription(self.trouble)
        self.setToolTip(
            self.trouble or self.tr("Bytes: 100-2000, 100- and more, -64 or less, 7 exactly")
        )
        if before != (self.sizes, self.trouble):
            self.sizes_changed.emit()
