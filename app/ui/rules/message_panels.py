"""The panels for messages below the rules: the tester, and what no rule matched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import time
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.client.transcript import timestamp
from app.rules.rendering import Rendered
from app.rules.running import UnmatchedMessage
from app.rules.spec import FilePiece, RuleSet
from app.rules.tester import Explanation, explain_message, messages_in
from app.text.notation import read
from app.ui.rules.byte_fields import WrittenEdit
from app.ui.rules.model import action_name
from app.ui.style.theme import MonoFont
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.tables import Index, RowsModel, set_up_table
from app.ui.widgets.translation import translated

MOST_MESSAGES: Final = 20
MOST_PASSED: Final = 20
"""Rules that do not match, of which the reason is shown."""

MOST_REPLIES: Final = 5
SHOWN_BYTES: Final = 400


class RuleTester(QWidget):
    """Asks for bytes and the state of a connection, and explains the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._ruleset: RuleSet | None = None
        self.message = WrittenEdit(self.tr("Message"), self.tr("*IDN?"))
        self.state = QLineEdit()
        self.state.setPlaceholderText(self.tr("the first state"))
        self.state.setMaximumWidth(200)
        self.state.setAccessibleName(self.tr("State of the connection"))
        self.answer = QPlainTextEdit()
        self.answer.setReadOnly(True)
        self.answer.setAccessibleName(self.tr("What this message would get"))
        MonoFont(self.answer)
        rows = QFormLayout()
        rows.addRow(self.tr("&What would this message get?"), self.message)
        rows.addRow(self.tr("In the &state"), self.state)
        fill(QVBoxLayout(self), rows, (self.answer, 1), margins=8)
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
        self.answer.setPlainText("\n".join(self._lines()))

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
            yield from self._explained(answer)

    def _explained(self, answer: Explanation) -> Iterator[str]:
        yield translated(answer.sentence)
        for name, data in answer.captures:
            yield f"  {{{name}}} = {shown(data)}"
        for reply in answer.replies[:MOST_REPLIES]:
            yield self.tr("  Reply: {0}").format(self._reply(reply))
        if answer.then is not None:
            yield (
                self.tr("  The connection is in the state “{0}” then.").format(answer.then)
                if answer.then
                else self.tr("  The connection is in the first state again then.")
            )
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


TIME, PEER, STATE, MESSAGE = range(4)
_WIDTHS: Final = {TIME: 110, PEER: 140, STATE: 90}


class UnmatchedModel(RowsModel):
    """The newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[UnmatchedMessage] = []
        self.titles = (self.tr("Time"), self.tr("Peer"), self.tr("State"), self.tr("Message"))

    def show_messages(self, messages: Iterable[UnmatchedMessage]) -> None:
        """Show these, which are ordered from the oldest to the newest."""
        fresh = list(messages)[::-1]
        if fresh != self.rows:
            self.beginResetModel()
            self.rows = fresh
            self.endResetModel()

    def message(self, row: int) -> UnmatchedMessage:
        """The message in a row."""
        return self.rows[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        message = self.rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return message.flaw or None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case 0:
                return timestamp(message.time)
            case 1:
                return message.peer
            case 2:
                return message.state
        return shown(message.message)


class UnmatchedPanel(QWidget):
    """The table of unmatched messages, and what can be done with the chosen one."""

    rule_wanted = Signal(object)
    """The user wants a rule that matches this `UnmatchedMessage`."""

    test_wanted = Signal(object)
    """The user wants to try this `UnmatchedMessage` in the tester."""

    def __init__(self) -> None:
        super().__init__()
        self.model = UnmatchedModel(self)
        self.table = QTableView()
        self.make_rule = QPushButton(self.tr("Make a &rule from this"))
        self.test = QPushButton(self.tr("&Try it in the tester"))
        self.hint = QLabel(self.tr("Every message was matched by a rule so far."))
        self._set_up()
        bar = fill(QHBoxLayout(), self.make_rule, self.test, STRETCH)
        fill(QVBoxLayout(self), (self.table, 1), bar, margins=8)
        self._enable()

    def show_messages(self, messages: Iterable[UnmatchedMessage]) -> None:
        """Show these, oldest first. The chosen one stays chosen while it is kept."""
        chosen = self._chosen()
        self.model.show_messages(messages)
        rows = range(self.model.rowCount())
        row = next((each for each in rows if self.model.message(each) is chosen), None)
        if row is not None and chosen is not self._chosen():
            self.table.selectRow(row)
        self._enable()

    def _set_up(self) -> None:
        set_up_table(self.table, self.model, self.tr("Messages that no rule matched"))
        self.table.horizontalHeader().setStretchLastSection(True)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.table.viewport()).addWidget(self.hint)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.table.doubleClicked.connect(lambda: self._emit(self.rule_wanted))
        self.make_rule.clicked.connect(lambda: self._emit(self.rule_wanted))
        self.test.clicked.connect(lambda: self._emit(self.test_wanted))

    def _chosen(self) -> UnmatchedMessage | None:
        current = self.table.currentIndex()
        return self.model.message(current.row()) if current.isValid() else None

    def _emit(self, wanted: Any) -> None:
        message = self._chosen()
        if message is not None:
            wanted.emit(message)

    def _enable(self) -> None:
        self.hint.setVisible(self.model.rowCount() == 0)
        for button in (self.make_rule, self.test):
            button.setEnabled(self._chosen() is not None)
