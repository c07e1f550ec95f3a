"""How bytes become messages: the fields of a framing, and the choice of one or of turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from app.rules.spec import Unframed
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
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.translation import translated

LONGEST_DELIMITER: Final = 64
"""Bytes, in a view of the traffic. A profile may have longer ones."""

F = TypeVar("F")


class FramingForm(QWidget, Generic[F]):
    """Asks how messages are separated: the kind of framing and its values.

    While the delimiter has a mistake, `framing` is still the last valid one.
    """

    changed = Signal()
    """`framing` or `trouble` changed."""

    def __init__(self, *, unframed: Unframed | None = None, longest: int = LONGEST_MESSAGE) -> None:
        """With `unframed` that can be chosen too, but no HTTP and no WebSocket."""
        super().__init__()
        self._unframed = unframed
        self.framing = cast("F", Lines())
        self.trouble = ""
        self.kind = QComboBox()
        self.delimiter = QLineEdit(r"\r\n\r\n")
        self.length = QSpinBox()
        self.prefix = QComboBox()
        self.counts_itself = QCheckBox(self.tr("counts itself"))
        kinds: list[tuple[str, Any, Callable[[], Any], tuple[QWidget, ...]]] = [
            (self.tr("Lines"), Lines, Lines, ()),
            (self.tr("Delimiter"), Delimited, self._delimited, (self.delimiter,)),
            (self.tr("Fixed length"), FixedLength, self._fixed, (self.length,)),
            (
                self.tr("Length prefix"),
                LengthPrefix,
                self._prefixed,
                (self.prefix, self.counts_itself),
            ),
            (self.tr("Netstrings"), Netstrings, Netstrings, ()),
        ]
        if unframed is None:
            kinds += [
                (self.tr("HTTP"), Http, Http, ()),
                (self.tr("WebSocket"), WebSockets, WebSockets, ()),
            ]
        else:
            is_datagram = unframed is Unframed.DATAGRAM
            words = self.tr("Datagrams") if is_datagram else self.tr("Each read")
            kinds.insert(1, (words, Unframed, lambda: self._unframed, ()))
        self._kinds = kinds
        self._set_up(longest)
        fill(
            QHBoxLayout(self),
            self.kind,
            self.delimiter,
            self.length,
            self.prefix,
            self.counts_itself,
            STRETCH,
            margins=0,
        )
        self._update()

    def show_framing(self, framing: F) -> bool:
        """Show `framing`. False if it is none that can be chosen here."""
        place = next((i for i, each in enumerate(self._kinds) if type(framing) is each[1]), None)
        if place is None:
            return False
        match framing:
            case Unframed():
                self._unframed = framing
            case Delimited(delimiter):
                self.delimiter.setText(write(delimiter, Notation.ESCAPES))
            case FixedLength(size):
                self.length.setValue(size)
            case LengthPrefix(width, order, counts_itself):
                plain = LengthPrefix(width, order)
                places = range(self.prefix.count())
                found = next((i for i in places if self.prefix.itemData(i) == plain), None)
                if found is None and width != 1:
                    return False
                if found is None:  # one byte has no order, but a profile may give one
                    self.prefix.addItem(self.tr("1 byte"), plain)
                    found = self.prefix.count() - 1
                self.prefix.setCurrentIndex(found)
                self.counts_itself.setChecked(counts_itself)
        self.kind.setCurrentIndex(place)
        self._update()
        return bool(self.framing == framing)

    def _set_up(self, longest: int) -> None:
        for words, kind, _, _ in self._kinds:
            self.kind.addItem(words, kind)
        self.kind.setAccessibleName(self.tr("How messages are told apart"))
        self.kind.setToolTip(self.kind.accessibleName())
        self.delimiter.setAccessibleName(self.tr("Delimiter, with escapes"))
        self.delimiter.setToolTip(self.tr(r"What ends a message: \r \n \t \0 \xff are understood"))
        self.delimiter.setMaximumWidth(140)
        self.length.setRange(1, longest)
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
        _, _, make, parts = self._kinds[self.kind.currentIndex()]
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
        if self._unframed is None and len(delimiter) > LONGEST_DELIMITER:
            words = self.tr("At most {0} bytes can be looked for.")
            raise ValueError(words.format(LONGEST_DELIMITER))
        return Delimited(delimiter)

    def _fixed(self) -> Framing:
        return FixedLength(self.length.value())

    def _prefixed(self) -> Framing:
        chosen = self.prefix.currentData()
        return LengthPrefix(chosen.width, chosen.order, self.counts_itself.isChecked())


class FramingChoice(QWidget):
    """A check box, and the framing that counts while it is checked."""

    changed = Signal()
    """`framing` is another one."""

    def __init__(self) -> None:
        super().__init__()
        self.is_framed = QCheckBox(self.tr("&Told apart by"))
        self.is_framed.setToolTip(
            self.tr("Off, all that one side sends until the other side speaks is one message")
        )
        self.form: FramingForm[Framing] = FramingForm()
        fill(QHBoxLayout(self), self.is_framed, (self.form, 1), margins=0)
        self.form.setEnabled(False)
        self.is_framed.toggled.connect(self._toggle)
        self.form.changed.connect(self._tell)

    @property
    def framing(self) -> Framing | None:
        """`None` for turns."""
        return self.form.framing if self.is_framed.isChecked() else None

    def choose(self, framing: Framing | None) -> None:
        """Show `framing` without a signal. A framing that the form cannot show counts as turns."""
        self.blockSignals(True)
        self.is_framed.setChecked(framing is not None and self.form.show_framing(framing))
        self.blockSignals(False)

    def _toggle(self, on: bool) -> None:
        self.form.setEnabled(on)
        self.changed.emit()

    def _tell(self) -> None:
        if self.is_framed.isChecked():
            self.changed.emit()
