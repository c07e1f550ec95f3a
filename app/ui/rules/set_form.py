"""What all rules of a listener share: framing, greeting, and the reply to other messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QVBoxLayout, QWidget

from app.rules.spec import MessageFraming, Reply, RuleSet, Unmatched
from app.ui.rules.checking import sentence
from app.ui.rules.framing_edit import FramingEdit
from app.ui.rules.reply_edit import ReplyEdit
from app.ui.rules.written_edit import choose
from app.ui.style.icons import Icons
from app.ui.widgets.labels import WrappingLabel

OWN_REPLY: Final = "reply"


class SetForm(QWidget):
    """Edits a rule set, but not its rules."""

    changed = Signal()

    def __init__(
        self, icons: Icons, *, is_datagram: bool = False, parent: QWidget | None = None
    ) -> None:
        """With `is_datagram`, a message without a framing is a datagram."""
        super().__init__(parent)
        self._is_showing = False
        self._greets = not is_datagram
        self.framing = FramingEdit(is_datagram=is_datagram)
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
        return self.framing.framing, self.greeting.reply, unmatched

    def show_set(self, ruleset: RuleSet) -> None:
        """Show the values of another rule set, without a signal."""
        self._is_showing = True
        self.framing.show_framing(ruleset.framing)
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
                found += [self.framing.mistake] if self.framing.mistake else []
            label.setText(sentence(found))
            label.setVisible(bool(found))

    def _set_up(self) -> None:
        for unmatched, text in (
            (Unmatched.IGNORE, self.tr("is ignored")),
            (Unmatched.CLOSE, self.tr("closes the connection")),
            (Unmatched.RESET, self.tr("resets the connection")),
            (OWN_REPLY, self.tr("gets a reply of its own")),
        ):
            self.unmatched.addItem(text, unmatched)

    def _lay_out(self) -> None:
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        self._add(rows, "framing", self.tr("Messages are"), self.framing)
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
        self.framing.changed.connect(self._take)
        self.unmatched.currentIndexChanged.connect(self._take)
        self.greeting.changed.connect(self._take)
        self.own_reply.changed.connect(self._take)

    def _take(self) -> None:
        if not self._is_showing:
            self._show_possible()
            self.changed.emit()

    def _show_possible(self) -> None:
        self.own_reply.setVisible(self.unmatched.currentData() == OWN_REPLY)
