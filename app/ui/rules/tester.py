"""The live tester: what a message would get from the rules as they are edited."""

from __future__ import annotations

from collections.abc import Iterator
from time import time
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.rules.rendering import Rendered
from app.rules.spec import FilePiece, RuleSet
from app.rules.tester import Explanation, explain_message, messages_in
from app.text.notation import read
from app.ui.rules.texts import action_name
from app.ui.rules.written_edit import WrittenEdit
from app.ui.style.theme import MonoFont
from app.ui.widgets.translation import translated

MOST_MESSAGES: Final = 20
MOST_PASSED: Final = 20
"""Rules that do not match, of which the reason is shown."""

MOST_REPLIES: Final = 5
SHOWN_BYTES: Final = 400


class RuleTester(QWidget):
    """Asks for bytes and the state of a connection, and explains the answer."""

    tested = Signal()
    """`matched` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ruleset: RuleSet | None = None
        self.matched: int | None = None
        """The place of the rule that the last message would get; `None` without one."""
        self.message = WrittenEdit(self.tr("Message"), self.tr("*IDN?"))
        self.state = QLineEdit()
        self.state.setPlaceholderText(self.tr("that of a new connection"))
        self.state.setMaximumWidth(200)
        self.state.setAccessibleName(self.tr("State of the connection"))
        self.answer = QPlainTextEdit()
        self.answer.setReadOnly(True)
        self.answer.setAccessibleName(self.tr("What this message would get"))
        MonoFont(self.answer)
        rows = QFormLayout()
        rows.addRow(self.tr("&What would this message get?"), self.message)
        rows.addRow(self.tr("In the &state"), self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(rows)
        layout.addWidget(self.answer, 1)
        self.message.changed.connect(self._test)
        self.state.textChanged.connect(self._test)

    def use(self, ruleset: RuleSet | None) -> None:
        """Test with `ruleset` from now on; `None` while it has mistakes."""
        self._ruleset = ruleset
        self._test()

    def try_message(self, message: bytes, state: str) -> None:
        """Test `message`, from a connection in `state`."""
        self.state.setText(state)
        self.message.line.setText(message.hex(" "))
        self.message.notation.setCurrentIndex(1)

    def _test(self) -> None:
        self.matched = None
        self.answer.setPlainText("\n".join(self._lines()))
        self.tested.emit()

    def _lines(self) -> Iterator[str]:
        written = self.message.written
        if not written.text:
            return
        if self._ruleset is None:
            yield self.tr("Correct the mistakes of the rules first.")
            return
        try:
            data = read(written.text, written.notation)
        except ValueError as error:
            yield translated(str(error))
            return
        messages = messages_in(self._ruleset, data)
        for number, (message, _) in enumerate(messages[:MOST_MESSAGES], 1):
            if len(messages) > 1:
                yield self.tr("Message {0}: {1}").format(number, shown(message))
            answer = explain_message(self._ruleset, message, self.state.text(), time=time())
            self.matched = answer.index
            yield from self._explained(answer)

    def _explained(self, answer: Explanation) -> Iterator[str]:
        yield translated(answer.sentence)
        for name, data in answer.captures:
            yield f"  {{{name}}} = {shown(data)}"
        for reply in answer.replies[:MOST_REPLIES]:
            yield self.tr("  Reply: {0}").format(self._reply(reply))
        if answer.then is not None:
            yield self.tr("  The connection is in the state “{0}” then.").format(answer.then)
        if answer.action is not None:
            yield self.tr("  Then: {0}").format(action_name(answer.action))
        for index, reason in answer.passed[:MOST_PASSED]:
            yield self.tr("  Not rule {0}: {1}.").format(index + 1, translated(reason))

    def _reply(self, reply: Rendered) -> str:
        return " + ".join(
            self.tr("the file {0}").format(piece.path)
            if isinstance(piece, FilePiece)
            else shown(piece)
            for piece in reply
        )


def shown(data: bytes) -> str:
    """Bytes as text with escapes, cut if they are many."""
    more = "…" if len(data) > SHOWN_BYTES else ""
    text = repr(data[:SHOWN_BYTES])[2:-1]
    return f"“{text}{more}”"
