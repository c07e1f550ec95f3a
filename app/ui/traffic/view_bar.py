"""The bar that chooses one of the three views, the framing of messages, and the encoding of
text."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QToolButton, QWidget

from app.text.hex import ENCODINGS
from app.traffic.framing import Framing
from app.ui.style.icons import Icons
from app.ui.widgets.controls import PopoverButton
from app.ui.widgets.framing_form import FramingForm


class View(Enum):
    """A view of the bytes: as rows of chunks, as rows of messages, or as the text of one
    connection."""

    CHUNKS = "chunks"
    MESSAGES = "messages"
    STREAM = "stream"


class ViewBar(QWidget):
    """A button for each view, the encoding, and the framing for the view of messages.

    The pane places the form of the framing, beside the filter.
    """

    view_changed = Signal()
    """`view` or the framing of the messages changed."""

    encoding_changed = Signal(str)
    """The name of the Python codec."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.framing: FramingForm[Framing] = FramingForm()
        self.options = PopoverButton(icons, self.tr("View"))
        self.options.setToolTip(self.tr("Choose how bytes are read and the time is shown"))
        self.encoding = QComboBox()
        self.buttons: dict[View, QToolButton] = {}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._add_buttons(layout)
        self.options.add_row(self.tr("Text as"), self.encoding)
        layout.addWidget(self.options)
        layout.addStretch(1)
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
        """The chosen view."""
        return next(view for view, button in self.buttons.items() if button.isChecked())

    def choose(self, view: View) -> None:
        """Choose `view`."""
        self.buttons[view].setChecked(True)

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
        self._group.buttonToggled.connect(self._update)

    def _update(self, _button: object, on: bool) -> None:
        if on:
            self.framing.setVisible(self.view is View.MESSAGES)
            self.view_changed.emit()
