"""How the bytes of a connection become messages, as a row of fields."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSpinBox, QWidget

from app.rules.reading import MAX_SIZE
from app.rules.spec import MessageFraming, Unframed
from app.text.notation import Notation, NotationError, read, write
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings
from app.ui.rules.written_edit import choose, line_edit
from app.ui.widgets.translation import translated

_KINDS: Final = (Lines, Unframed, Delimited, FixedLength, LengthPrefix, Netstrings)


class FramingEdit(QWidget):
    """Edits a framing. `mistake` is set while its delimiter is typed wrong."""

    changed = Signal()

    def __init__(self, *, is_datagram: bool = False, parent: QWidget | None = None) -> None:
        """With `is_datagram`, a message without a framing is a datagram."""
        super().__init__(parent)
        self._unframed = Unframed.DATAGRAM if is_datagram else Unframed.CHUNK
        self._delimiter = b"\n"
        self.mistake = ""
        self.kind = QComboBox()
        self.delimiter = line_edit(self.tr("Delimiter, with escapes"))
        self.length = QSpinBox()
        self.prefix = QComboBox()
        self.byte_order = QComboBox()
        self.counts_itself = QCheckBox(self.tr("counts itself"))
        self._set_up(is_datagram)
        parts = QHBoxLayout(self)
        parts.setContentsMargins(0, 0, 0, 0)
        for part in (self.kind, self.delimiter, self.length, self.prefix, self.byte_order):
            parts.addWidget(part)
        parts.addWidget(self.counts_itself)
        parts.addStretch(1)
        for choice in (self.kind, self.prefix, self.byte_order):
            choice.currentIndexChanged.connect(self._take)
        self.delimiter.textChanged.connect(self._take)
        self.length.valueChanged.connect(self._take)
        self.counts_itself.toggled.connect(self._take)
        self._show_possible()

    @property
    def framing(self) -> MessageFraming:
        """The framing; of a delimiter that is typed wrong, the one before."""
        self.mistake = ""
        kind = self.kind.currentData()
        if kind is Delimited:
            return Delimited(self._entered_delimiter())
        if kind is FixedLength:
            return FixedLength(self.length.value())
        if kind is LengthPrefix:
            return LengthPrefix(
                self.prefix.currentData(),
                self.byte_order.currentData(),
                self.counts_itself.isChecked(),
            )
        if kind is Unframed:
            return self._unframed
        return Netstrings() if kind is Netstrings else Lines()

    def show_framing(self, framing: MessageFraming) -> None:
        """Show another one, without a signal."""
        self.blockSignals(True)
        if isinstance(framing, Unframed):
            self._unframed = framing
        choose(self.kind, type(framing))
        match framing:
            case Delimited(delimiter):
                self._delimiter = delimiter
                self.delimiter.setText(write(delimiter, Notation.ESCAPES))
            case FixedLength(size):
                self.length.setValue(size)
            case LengthPrefix(width, order, counts_itself):
                choose(self.prefix, width)
                choose(self.byte_order, order)
                self.counts_itself.setChecked(counts_itself)
        self.blockSignals(False)
        self._show_possible()

    def _set_up(self, is_datagram: bool) -> None:
        words = {
            Lines: self.tr("Lines"),
            Unframed: self.tr("Datagrams") if is_datagram else self.tr("Each read"),
            Delimited: self.tr("Delimiter"),
            FixedLength: self.tr("Fixed length"),
            LengthPrefix: self.tr("Length prefix"),
            Netstrings: self.tr("Netstrings"),
        }
        for kind in _KINDS:
            self.kind.addItem(words[kind], kind)
        self.kind.setAccessibleName(self.tr("How messages are told apart"))
        self.length.setRange(1, MAX_SIZE)
        self.length.setSuffix(self.tr(" bytes"))
        self.length.setAccessibleName(self.tr("Length of each message"))
        for width in (1, 2, 4):
            self.prefix.addItem(self.tr("{0} bytes").format(width), width)
        self.prefix.setAccessibleName(self.tr("Bytes of the length"))
        self.byte_order.addItem(self.tr("big end first"), "big")
        self.byte_order.addItem(self.tr("little end first"), "little")
        self.byte_order.setAccessibleName(self.tr("Byte order"))

    def _take(self) -> None:
        self._show_possible()
        self.changed.emit()

    def _show_possible(self) -> None:
        kind = self.kind.currentData()
        self.delimiter.setVisible(kind is Delimited)
        self.length.setVisible(kind is FixedLength)
        for part in (self.prefix, self.byte_order, self.counts_itself):
            part.setVisible(kind is LengthPrefix)

    def _entered_delimiter(self) -> bytes:
        try:
            delimiter = read(self.delimiter.text(), Notation.ESCAPES)
        except NotationError as error:
            self.mistake = translated(str(error)).rstrip(".。")
            return self._delimiter
        if not delimiter:
            self.mistake = self.tr(r"Type what ends a message, such as \n")
            return self._delimiter
        self._delimiter = delimiter
        return delimiter
