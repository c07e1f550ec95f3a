"""The bar that chooses one of the three views, the framing of messages, and the encoding of
text."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.text.hex import ENCODINGS
from app.text.notation import Notation, NotationError, read, write
from app.traffic.framing import (
    LONGEST_MESSAGE,
    Delimited,
    FixedLength,
    Framing,
    LengthPrefix,
    Lines,
    Netstrings,
)
from app.traffic.http_framing import Http, WebSockets
from app.ui.style.icons import Icons
from app.ui.widgets.layouts import FoldingBox
from app.ui.widgets.popover import PopoverButton
from app.ui.widgets.translation import translated

LONGEST_DELIMITER = 64


class View(Enum):
    """A view of the bytes: as rows of chunks, as rows of messages, or as the text of one
    connection."""

    CHUNKS = "chunks"
    MESSAGES = "messages"
    STREAM = "stream"


class ViewBar(FoldingBox):
    """A button for each view, the encoding, and the framing for the view of messages."""

    view_changed = Signal()
    """`view` or the framing of the messages changed."""

    encoding_changed = Signal(str)
    """The name of the Python codec."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.framing = FramingForm()
        self.options = PopoverButton(icons, self.tr("View"))
        self.options.setToolTip(self.tr("Choose how bytes are read and the time is shown"))
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
        """The chosen view."""
        return next(view for view, button in self.buttons.items() if button.isChecked())

    def choose(self, view: View) -> None:
        """Choose `view`."""
        self.buttons[view].setChecked(True)

    def _head(self) -> QWidget:
        """The buttons and the encoding, which every view has."""
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        self._add_buttons(layout)
        self.options.add_row(self.tr("Text as"), self.encoding)
        layout.addWidget(self.options)
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
        self._group.buttonToggled.connect(self._update)

    def _update(self, _button: object, on: bool) -> None:
        if on:
            self.framing.setVisible(self.view is View.MESSAGES)
            self.view_changed.emit()


class FramingForm(QWidget):
    """Asks how messages are separated: the kind of framing and its values.

    While the delimiter has a mistake, `framing` is still the last valid one.
    """

    changed = Signal()
    """`framing` or `trouble` changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.framing: Framing = Lines()
        self.trouble = ""
        self.kind = QComboBox()
        self.delimiter = QLineEdit(r"\r\n\r\n")
        self.length = QSpinBox()
        self.prefix = QComboBox()
        self.counts_itself = QCheckBox(self.tr("counts itself"))
        self._makers: list[tuple[str, Callable[[], Framing], tuple[QWidget, ...]]] = [
            (self.tr("Lines"), Lines, ()),
            (self.tr("Delimiter"), self._delimited, (self.delimiter,)),
            (self.tr("Fixed length"), self._fixed, (self.length,)),
            (self.tr("Length prefix"), self._prefixed, (self.prefix, self.counts_itself)),
            (self.tr("Netstrings"), Netstrings, ()),
            (self.tr("HTTP"), Http, ()),
            (self.tr("WebSocket"), WebSockets, ()),
        ]
        self._set_up()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kind)
        for part in (self.delimiter, self.length, self.prefix, self.counts_itself):
            layout.addWidget(part)
        layout.addStretch(1)
        self._update()

    def show_framing(self, framing: Framing) -> bool:
        """Show `framing`. False if it is none that can be chosen here."""
        kinds = (Lines, Delimited, FixedLength, LengthPrefix, Netstrings, Http, WebSockets)
        kind = next((i for i, each in enumerate(kinds) if type(framing) is each), None)
        if kind is None:
            return False
        match framing:
            case Delimited(delimiter):
                self.delimiter.setText(write(delimiter, Notation.ESCAPES))
            case FixedLength(size):
                self.length.setValue(size)
            case LengthPrefix(width, order, counts_itself):
                plain = LengthPrefix(width, order)
                places = range(self.prefix.count())
                index = next((i for i in places if self.prefix.itemData(i) == plain), None)
                if index is None:
                    return False
                self.prefix.setCurrentIndex(index)
                self.counts_itself.setChecked(counts_itself)
        self.kind.setCurrentIndex(kind)
        return self.framing == framing

    def _set_up(self) -> None:
        for words, _, _ in self._makers:
            self.kind.addItem(words)
        self.kind.setAccessibleName(self.tr("How messages are told apart"))
        self.kind.setToolTip(self.kind.accessibleName())
        self.delimiter.setAccessibleName(self.tr("Delimiter, with escapes"))
        self.delimiter.setToolTip(self.tr(r"What ends a message: \r \n \t \0 \xff are understood"))
        self.delimiter.setMaximumWidth(140)
        self.length.setRange(1, LONGEST_MESSAGE)
        self.length.setValue(16)
        self.length.setSuffix(self.tr(" bytes"))
        self.length.setAccessibleName(self.tr("Length of each message"))
        for framing, words in (
            (LengthPrefix(1), self.tr("1 byte")),
            (LengthPrefix(2), self.tr("2 bytes, big end first")),
            (LengthPrefix(2, "little"), self.tr("2 bytes, little end first")),
            (LengthPrefix(4), self.tr("4 bytes, big end first")),
            (LengthPrefix(4, "little"), self.tr("4 bytes, little end first")),
        ):
            self.prefix.addItem(words, framing)
        self.prefix.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.prefix.setMinimumContentsLength(10)
        self.prefix.setAccessibleName(self.tr("Bytes of the length"))
        self.counts_itself.setToolTip(self.tr("The length has its own bytes in it"))
        self.kind.currentIndexChanged.connect(self._update)
        self.delimiter.textChanged.connect(self._update)
        self.length.valueChanged.connect(self._update)
        self.prefix.currentIndexChanged.connect(self._update)
        self.counts_itself.toggled.connect(self._update)

    def _update(self) -> None:
        _, make, parts = self._makers[self.kind.currentIndex()]
        for part in (self.delimiter, self.length, self.prefix, self.counts_itself):
            part.setVisible(part in parts)
        before = self.framing, self.trouble
        try:
            self.framing, self.trouble = make(), ""
        except ValueError as error:
            self.trouble = self.tr("Delimiter: {0}").format(translated(str(error)))
        self.delimiter.setProperty("wrong", bool(self.trouble))
        if before != (self.framing, self.trouble):
            self.changed.emit()

    def _delimited(self) -> Framing:
        try:
            delimiter = read(self.delimiter.text(), Notation.ESCAPES)
        except NotationError as error:
            raise ValueError(str(error)) from None
        if not delimiter:
            raise ValueError(self.tr(r"Type what ends a message, such as \n."))
        if len(delimiter) > LONGEST_DELIMITER:
            words = self.tr("At most {0} bytes can be looked for.")
            raise ValueError(words.format(LONGEST_DELIMITER))
        return Delimited(delimiter)

    def _fixed(self) -> Framing:
        return FixedLength(self.length.value())

    def _prefixed(self) -> Framing:
        chosen = self.prefix.currentData()
        return LengthPrefix(chosen.width, chosen.order, self.counts_itself.isChecked())
