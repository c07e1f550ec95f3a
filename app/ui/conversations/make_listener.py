"""The dialog that makes a listener of a conversation, which plays the server side of it."""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.profile import ListenerSpec, check
from app.profile.spec import structure
from app.rules.reading import parse
from app.rules.spec import RuleSet
from app.traffic.framing import Framing
from app.traffic.reply_rules import Proposal, RuleChoices, RuleOrder, propose_rules
from app.ui.conversations.reading import (
    AlikeSearch,
    ConversationReading,
    RecordedConnection,
)
from app.ui.rules.model import HITS, RulesModel
from app.ui.rules.rule_list import NAME
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.framing_form import FramingChoice
from app.ui.widgets.labels import MistakeLabel, WrappingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import translated

PROGRESS_STEPS: Final = 1000


@frozen
class NewListener:
    """What a new listener of replies begins with."""

    name: str
    endpoint: str


class MakeListenerDialog(QDialog):
    """Reads a conversation and its like, proposes rules, and asks for the rest of the spec.

    The proposal is made anew whenever a choice changes. Accepted, `wanted` has the spec.
    """

    wanted = Signal(object)
    """The user wants this `ListenerSpec`."""

    def __init__(
        self,
        connection: RecordedConnection,
        start: NewListener,
        used_names: tuple[str, ...],
        framing: Framing | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`framing` is that of the view; without one it is guessed from the conversation."""
        super().__init__(parent)
        self._connection = connection
        self._used_names = used_names
        self.proposal: Proposal | None = None
        self.name = QLineEdit(start.name)
        self.endpoint = QLineEdit(start.endpoint)
        self.framing = FramingChoice()
        self.in_order = QRadioButton(self.tr("&In the order of the conversation"))
        self.by_match = QRadioButton(self.tr("Each time its &message comes"))
        self.delays = QCheckBox(self.tr("Reply after the &recorded delay"))
        self.intervals = QCheckBox(self.tr("Repeat by itself what the server &sent at an interval"))
        self.wildcards = QCheckBox()
        self.progress = QProgressBar()
        self.notes = WrappingLabel()
        self.trouble = MistakeLabel()
        self.rules = RulesModel(parent=self)
        self.preview = QTableView()
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.addButton(
            self.tr("Make the listener"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.reading = ConversationReading(self, guesses=framing is None)
        self.search = AlikeSearch(connection, self)
        self.setWindowTitle(self.tr("A listener of this conversation"))
        self._set_up()
        self._lay_out()
        self._bind()
        if framing is not None:
            self.framing.choose(framing)
        self.search.begin()

    def done(self, result: int) -> None:
        self.search.stop()
        self.reading.stop()
        super().done(result)

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the spec as they are entered."""
        return {
            "name": self.name.text().strip(),
            "protocol": "replies",
            "endpoint": self.endpoint.text().strip(),
            "options": {} if self.proposal is None else self.proposal.options,
        }

    def _set_up(self) -> None:
        self.in_order.setChecked(True)
        self.intervals.setChecked(True)
        self.wildcards.setChecked(True)
        self.wildcards.setVisible(False)
        self.framing.setVisible(not self._connection.is_datagram)
        self.progress.setRange(0, PROGRESS_STEPS)
        self.progress.setAccessibleName(self.tr("How much of the conversation is read"))
        self.notes.setObjectName("quiet")
        self.preview.setModel(self.rules)
        for column in (NAME, HITS):  # neither is known yet, and nothing is switched here
            self.preview.setColumnHidden(column, True)
        self.preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.preview.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.preview.setShowGrid(False)
        self.preview.setWordWrap(False)
        self.preview.setTabKeyNavigation(False)
        self.preview.setAccessibleName(self.tr("Rules"))
        header = self.preview.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        words = self.tr("The new listener plays the server side of {0}.")
        head = WrappingLabel()
        head.setText(words.format(self._connection.name))
        order = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.in_order, self.by_match):
            group.addButton(button)
            order.addWidget(button)
        order.addStretch(1)
        rows = QFormLayout()
        rows.addRow(self.tr("&Name"), self.name)
        rows.addRow(self.tr("Listens a&t"), self.endpoint)
        if not self._connection.is_datagram:
            rows.addRow(self.tr("Messages"), self.framing)
        rows.addRow(self.tr("A rule replies"), order)
        for box in (self.delays, self.intervals, self.wildcards):
            rows.addRow("", box)
        fill(
            QVBoxLayout(self),
            head,
            rows,
            self.progress,
            (self.preview, 1),
            self.notes,
            self.trouble,
            self.buttons,
        )
        self.resize(680, 620)

    def _bind(self) -> None:
        self.search.finished.connect(self._read)
        self.reading.stepped.connect(self._show_progress)
        self.reading.finished.connect(self._show_conversations)
        self.framing.changed.connect(self._read)
        for button in (self.in_order, self.by_match, self.delays, self.intervals, self.wildcards):
            button.toggled.connect(self._propose)
        self.name.textChanged.connect(self._check)
        self.endpoint.textChanged.connect(self._check)
        self.buttons.rejected.connect(self.reject)
        self.make.clicked.connect(self._accept)
        self._check()

    def _read(self) -> None:
        self.proposal = None
        self.reading.read([self._connection, *self.search.found], self.framing.framing)
        self._check()

    def _show_progress(self) -> None:
        self.progress.setVisible(self.reading.is_reading)
        self.progress.setValue(round(self.reading.progress * PROGRESS_STEPS))

    def _show_conversations(self) -> None:
        self.framing.choose(self.reading.framing)
        self.progress.hide()
        count = len(self.search.found)
        words = self.tr("Bytes that differ from {0} other conversations become &wildcards")
        one = self.tr("Bytes that differ from another conversation become &wildcards")
        self.wildcards.setText(one if count == 1 else words.format(count))
        self.wildcards.setVisible(count > 0)
        self._propose()

    def _propose(self) -> None:
        if self.reading.is_reading or not self.reading.conversations:
            return
        conversations = self.reading.conversations
        if not self.wildcards.isChecked():
            conversations = conversations[:1]
        choices = RuleChoices(
            order=RuleOrder.IN_ORDER if self.in_order.isChecked() else RuleOrder.BY_MATCH,
            finds_intervals=self.intervals.isChecked(),
            keeps_delays=self.delays.isChecked(),
            ending=self._connection.ending,
            is_datagram=self._connection.is_datagram,
        )
        self.proposal = propose_rules(conversations, self.framing.framing, choices)
        notes = list(map(translated, self.proposal.notes))
        if self.reading.is_cut:
            notes.append(self.tr("The conversation is too long. Only its beginning is used."))
        if not self.proposal.options.get("rule"):
            notes.append(self.tr("The client said nothing, so there is no rule."))
        self.notes.setText("\n".join(notes))
        self._check()

    def _check(self) -> None:
        """Show the rules and the mistakes of what is entered."""
        found = [] if self.proposal is None else self._mistakes()
        self.trouble.setText("\n".join(found))
        self.make.setEnabled(self.proposal is not None and not found)

    def _mistakes(self) -> list[str]:
        assert self.proposal is not None
        ruleset = parse(self.proposal.options)
        if isinstance(ruleset, RuleSet):
            self.rules.show_rules(ruleset.rules)
        return [translated(str(problem)) for problem in check(self.values, self._used_names)]

    def _accept(self) -> None:
        spec = structure(self.values)
        if isinstance(spec, ListenerSpec):  # or the button would be off
            self.wanted.emit(spec)
            self.accept()
