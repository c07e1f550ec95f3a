"""What all rules of a listener share: framing, greeting, and the reply to other messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.rules.reading import MAX_SIZE
from app.rules.spec import MessageFraming, Reply, RuleSet, Unframed, Unmatched
from app.text.notation import Notation, NotationError, read, write
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings
from app.ui.rules.checking import sentence
from app.ui.rules.reply_edit import ReplyEdit
from app.ui.rules.written_edit import choose, line_edit
from app.ui.style.icons import Icons
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.translation import translated

OWN_REPLY: Final = "reply"
_KINDS: Final = (Lines, Unframed, Delimited, FixedLength, LengthPrefix, Netstrings)


class SetForm(QWidget):
    """Edits a rule set, but not its rules."""

    changed = Signal()

    def __init__(
        self, icons: Icons, *, is_datagram: bool = False, parent: QWidget | None = None
    ) -> None:
        """With `is_datagram`, a message without a framing is a datagram."""
        super().__init__(parent)
        self._is_showing = False
        self._unframed = Unframed.DATAGRAM if is_datagram else Unframed.CHUNK
        self._greets = not is_datagram
        self._delimiter = b"\n"
        self.delimiter_mistake = ""
        self.framing = QComboBox()
        self.delimiter = line_edit(self.tr("Delimiter, with escapes"))
        self.length = QSpinBox()
        self.prefix = QComboBox()
        self.byte_order = QComboBox()
        self.counts_itself = QCheckBox(self.tr("counts itself"))
        self.greeting = ReplyEdit(icons, self)
        self.unmatched = QComboBox()
        self.own_reply = ReplyEdit(icons)
        self.troubles: dict[str, WrappingLabel] = {}
        self._set_up()
        self._lay_out()
        self._bind()
        self.show_set(RuleSet())

    @property
    def values(self) -> tuple[MessageFraming, Reply, Unmatched | Reply]:
        """The framing, the greeting, and what follows on unmatched messages."""
        unmatched = self.unmatched.currentData()
        if unmatched == OWN_REPLY:
            unmatched = self.own_reply.reply or Unmatched.IGNORE
        return self._entered_framing(), self.greeting.reply, unmatched

    def show_set(self, ruleset: RuleSet) -> None:
        """Show the values of another rule set, without a signal."""
        self._is_showing = True
        self._show_framing(ruleset.framing)
        self.greeting.show_reply(ruleset.greeting)
        is_reply = isinstance(ruleset.unmatched, tuple)
        choose(self.unmatched, OWN_REPLY if is_reply else ruleset.unmatched)
        self.own_reply.show_reply(ruleset.unmatched if isinstance(ruleset.unmatched, tuple) else ())
        self._is_showing = False
        self._show_possible()

    def show_mistakes(self, mistakes: Mapping[str, str]) -> None:
        """Show each mistake below its field."""
        for key, label in self.troubles.items():
            found = [mistakes[key]] if key in mistakes else []
            if key == "framing":
                names = ("delimiter", "size", "width", "order", "counts_itself")
                found += [mistakes[each] for each in names if each in mistakes]
                found += [self.delimiter_mistake] if self.delimiter_mistake else []
            label.setText(sentence(found))
            label.setVisible(bool(found))

    def _set_up(self) -> None:
        words = {
            Lines: self.tr("Lines"),
            Unframed: self.tr("Datagrams") if not self._greets else self.tr("Each read"),
            Delimited: self.tr("Delimiter"),
            FixedLength: self.tr("Fixed length"),
            LengthPrefix: self.tr("Length prefix"),
            Netstrings: self.tr("Netstrings"),
        }
        for kind in _KINDS:
            self.framing.addItem(words[kind], kind)
        self.framing.setAccessibleName(self.tr("How messages are told apart"))
        self.length.setRange(1, MAX_SIZE)
        self.length.setSuffix(self.tr(" bytes"))
        self.length.setAccessibleName(self.tr("Length of each message"))
        for width in (1, 2, 4):
            self.prefix.addItem(self.tr("{0} bytes").format(width), width)
        self.prefix.setAccessibleName(self.tr("Bytes of the length"))
        self.byte_order.addItem(self.tr("big end first"), "big")
        self.byte_order.addItem(self.tr("little end first"), "little")
        self.byte_order.setAccessibleName(self.tr("Byte order"))
        for unmatched, text in (
            (Unmatched.IGNORE, self.tr("is ignored")),
            (Unmatched.CLOSE, self.tr("closes the connection")),
            (Unmatched.RESET, self.tr("resets the connection")),
            (OWN_REPLY, self.tr("gets a reply of its own")),
        ):
            self.unmatched.addItem(text, unmatched)

    def _lay_out(self) -> None:
        line = QWidget()
        parts = QHBoxLayout(line)
        parts.setContentsMargins(0, 0, 0, 0)
        for part in (
            self.framing,
            self.delimiter,
            self.length,
            self.prefix,
            self.byte_order,
            self.counts_itself,
        ):
            parts.addWidget(part)
        parts.addStretch(1)
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        self._add(rows, "framing", self.tr("Messages are"), line)
        self.greeting.setVisible(self._greets)
        if self._greets:
            self._add(rows, "greeting", self.tr("Greeting"), self.greeting)
        self._add(rows, "unmatched", self.tr("Any other message"), self.unmatched, self.own_reply)

    def _add(self, rows: QFormLayout, key: str, words: str, *fields: QWidget) -> None:
        trouble = WrappingLabel()
        trouble.setObjectName("trouble")
        trouble.setProperty("wrong", True)
        trouble.hide()
        self.troubles[key] = trouble
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        for each in (*fields, trouble):
            column.addWidget(each)
        rows.addRow(words, holder)

    def _bind(self) -> None:
        for choice in (self.framing, self.prefix, self.byte_order, self.unmatched):
            choice.currentIndexChanged.connect(self._take)
        self.delimiter.textChanged.connect(self._take)
        self.length.valueChanged.connect(self._take)
        self.counts_itself.toggled.connect(self._take)
        self.greeting.changed.connect(self._take)
        self.own_reply.changed.connect(self._take)

    def _take(self) -> None:
        if not self._is_showing:
            self._show_possible()
            self.changed.emit()

    def _show_possible(self) -> None:
        kind = self.framing.currentData()
        self.delimiter.setVisible(kind is Delimited)
        self.length.setVisible(kind is FixedLength)
        for part in (self.prefix, self.byte_order, self.counts_itself):
            part.setVisible(kind is LengthPrefix)
        self.own_reply.setVisible(self.unmatched.currentData() == OWN_REPLY)

    def _show_framing(self, framing: MessageFraming) -> None:
        if isinstance(framing, Unframed):
            self._unframed = framing
        choose(self.framing, type(framing))
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

    def _entered_framing(self) -> MessageFraming:
        """The framing; of a delimiter that is typed wrong, the one before."""
        self.delimiter_mistake = ""
        kind = self.framing.currentData()
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

    def _entered_delimiter(self) -> bytes:
        try:
            delimiter = read(self.delimiter.text(), Notation.ESCAPES)
        except NotationError as error:
            self.delimiter_mistake = translated(str(error)).rstrip(".。")
            return self._delimiter
        if not delimiter:
            self.delimiter_mistake = self.tr(r"Type what ends a message, such as \n")
            return self._delimiter
        self._delimiter = delimiter
        return delimiter
