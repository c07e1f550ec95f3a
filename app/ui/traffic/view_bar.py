"""Which of the three views of the same bytes is on show, and how bytes read as text."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QToolButton, QWidget

from app.traffic.text_cells import ENCODINGS
from app.ui.folding_box import FoldingBox
from app.ui.traffic.framing_form import FramingForm


class View(Enum):
    """What a row is, or that there are none."""

    CHUNKS = "chunks"
    MESSAGES = "messages"
    STREAM = "stream"


class ViewBar(FoldingBox):
    """A button for each view; beside them what the chosen one needs to know, and the encoding."""

    view_changed = Signal()
    """`view`, or the framing of the messages, is another one."""

    encoding_changed = Signal(str)
    """As Python calls it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.framing = FramingForm()
        self.encoding = QComboBox()
        self.buttons: dict[View, QToolButton] = {}
        self._group = QButtonGroup(self)
        self.add(self._head())
        self.add(self.framing, 1)
        self.framing.hide()
        self.framing.changed.connect(self.view_changed)
        for words, codec in ENCODINGS.items():
            self.encoding.addItem(words, codec)
        self.encoding.setAccessibleName(self.tr("Encoding of text"))
        self.encoding.setToolTip(self.encoding.accessibleName())
        self.encoding.currentIndexChanged.connect(
            lambda: self.encoding_changed.emit(self.encoding.currentData())
        )

    @property
    def view(self) -> View:
        """The one on show."""
        return next(view for view, button in self.buttons.items() if button.isChecked())

    def choose(self, view: View) -> None:
        """Show that one."""
        self.buttons[view].setChecked(True)

    def _head(self) -> QWidget:
        """What is there in every view."""
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        self._add_buttons(layout)
        layout.addWidget(self.encoding)
        layout.addStretch(1)
        return head

    def _add_buttons(self, layout: QHBoxLayout) -> None:
        for view, words, tip in (
            (View.CHUNKS, self.tr("Chunks"), self.tr("What each read and each write carried")),
            (View.MESSAGES, self.tr("Messages"), self.tr("The same bytes, framed as messages")),
            (View.STREAM, self.tr("Stream"), self.tr("The conversation of one connection")),
        ):
            button = QToolButton(autoRaise=True)
            button.setCheckable(True)
            button.setText(words)
            button.setToolTip(tip)
            button.setAccessibleName(self.tr("{0}: {1}").format(words, tip))
            self.buttons[view] = button
            self._group.addButton(button)
            layout.addWidget(button)
        self.buttons[View.CHUNKS].setChecked(True)
        self._group.buttonToggled.connect(self._take)

    def _take(self, _button: object, on: bool) -> None:
        if on:
            self.framing.setVisible(self.view is View.MESSAGES)
            self.view_changed.emit()
