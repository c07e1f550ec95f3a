"""How the input is meant: its notation, and what its lines end in."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.client.line_ending import LineEnding
from app.client.notation import Notation


class Means(QWidget):
    """Two choices. `show` sets both without telling."""

    notation_chosen = Signal()
    ending_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notation_box = QComboBox()
        for notation, words in (
            (Notation.TEXT, self.tr("Text")),
            (Notation.ESCAPES, self.tr("Escapes")),
            (Notation.HEX, self.tr("Hex")),
        ):
            self.notation_box.addItem(words, notation)
        self.notation_box.setAccessibleName(self.tr("How the input is meant"))
        self.notation_box.setToolTip(
            self.tr(
                "Text: as it is typed\n"
                "Escapes: \\r \\n \\t \\0 \\\\ \\x1b \\u00a0 stand for what they say\n"
                "Hex: bytes such as 48 65 6c, or 0x48, 0x65"
            )
        )
        self.ending_box = QComboBox()
        for ending in LineEnding:
            self.ending_box.addItem(ending.label, ending)
        self.ending_box.setAccessibleName(self.tr("Line ending"))
        self.ending_box.setToolTip(
            self.tr("What is sent at the end of each line. Hex is sent as it stands.")
        )
        self.show_means(Notation.TEXT, LineEnding.LF)
        self.notation_box.currentIndexChanged.connect(self._take_notation)
        self.ending_box.currentIndexChanged.connect(lambda _: self.ending_chosen.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.notation_box)
        layout.addWidget(self.ending_box)

    @property
    def notation(self) -> Notation:
        """The one chosen."""
        notation: Notation = self.notation_box.currentData()
        return notation

    @property
    def ending(self) -> LineEnding:
        """The one chosen; hex does not use it."""
        ending: LineEnding = self.ending_box.currentData()
        return ending

    def show_means(self, notation: Notation, ending: LineEnding) -> None:
        """Show these as chosen."""
        for box, value in ((self.notation_box, notation), (self.ending_box, ending)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self.ending_box.setEnabled(notation is not Notation.HEX)

    def _take_notation(self) -> None:
        self.ending_box.setEnabled(self.notation is not Notation.HEX)
        self.notation_chosen.emit()
