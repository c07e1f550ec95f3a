"""The rules of one listener in a window: the table, the form of one rule, the tester, the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.net.endpoint import Endpoint
from app.rules.reading import MAX_RULES, parse
from app.rules.running import RunningRules, UnmatchedMessage
from app.rules.spec import AnyMatcher, Rule, RuleSet
from app.rules.writing import rule_for
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.rules.checking import Checked, check
from app.ui.rules.model import HITS, NAME, RulesModel
from app.ui.rules.one_line import as_written, one_line_set
from app.ui.rules.rule_form import RuleForm
from app.ui.rules.set_form import SetForm
from app.ui.rules.tester import RuleTester
from app.ui.rules.unmatched import UnmatchedPanel
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.tables import set_up_table
from app.ui.widgets.task_window import TaskWindow

CHECK_MS: Final = 120
"""How long after a key the rules are checked, which takes long for many of them."""


class RulesEditor(TaskWindow):
    """Edits a copy of the rules. Saved, they act on the running listener, whose connections stay.

    While nothing is edited, it follows the listener: a profile that is loaded again shows here.
    """

    def __init__(
        self,
        listener: Listener,
        workspace: Workspace,
        icons: Icons,
        show_save_error: Callable[[], None],
        owner: QWidget,
    ) -> None:
        """It looks as `owner` does and closes with it."""
        super().__init__(owner)
        self.listener = listener
        self._workspace = workspace
        self._show_save_error = show_save_error
        self._saved = RuleSet()
        """The rules of the listener as the form shows them, when they were looked at last."""
        self._seen: tuple[object, ...] = ()
        self._is_showing = False
        self.checked = Checked({})
        self.model = RulesModel(parent=self)
        self.table = QTableView()
        self.form = RuleForm(icons)
        is_datagram = Endpoint.parse(listener.spec.endpoint).is_datagram
        self.set_form = SetForm(icons, is_datagram=is_datagram)
        self.tester = RuleTester()
        self.unmatched = UnmatchedPanel()
        self.tabs = QTabWidget()
        self.add = QPushButton(self.tr("&Add a rule"))
        self.duplicate = icon_button(icons, "copy", self.tr("Duplicate the rule"))
        self.up = icon_button(icons, "find-previous", self.tr("Try it earlier"))
        self.down = icon_button(icons, "find-next", self.tr("Try it later"))
        self.remove = icon_button(icons, "remove", self.tr("Remove the rule"))
        self.reset = QPushButton(self.tr("Reset &counts"))
        self.said = WrappingLabel()
        self.save = QPushButton(self.tr("&Save"))
        self.revert = QPushButton(self.tr("Re&vert"))
        self._wait = QTimer(self, singleShot=True, interval=CHECK_MS)
        self._wait.timeout.connect(self._check)
        self._set_up()
        self._lay_out()
        self._bind()
        self._load()
        self.refresh()

    @property
    def ruleset(self) -> RuleSet:
        """The rules as they are edited; not checked."""
        framing, greeting, unmatched = self.set_form.values
        return RuleSet(framing, greeting, unmatched, self.model.rules)

    @property
    def is_changed(self) -> bool:
        """Whether something is not saved."""
        return self.ruleset != self._saved

    @property
    def running(self) -> RunningRules | None:
        """The rules as they run; `None` while the listener is off."""
        factory = self.listener.factory
        if factory is None or not self.listener.can_stop:
            return None
        rules = getattr(factory.service, "rules", None)
        return rules if isinstance(rules, RunningRules) else None

    def refresh(self) -> None:
        """Show the hits and the unmatched messages of now, and follow the listener."""
        self.setWindowTitle(self.tr("Rules of {0}").format(self.listener.spec.name))
        now = one_line_set(self._rules_of_listener())
        if now != self._saved:
            if self.is_changed:
                self._saved = now
                self._check()
            else:
                self._load()
        running = self.running
        news = self._news(running)
        if news != self._seen:
            self._seen = news
            self.model.show_running(() if running is None else running.rules)
            self.unmatched.show_messages(() if running is None else running.unmatched)
            count = 0 if running is None else running.unmatched_count
            words = (
                self.tr("Unmatched ({0})").format(f"{count:,}") if count else self.tr("Unmatched")
            )
            self.tabs.setTabText(1, words)
            self.reset.setEnabled(running is not None)

    def insert(self, rule: Rule) -> None:
        """Add `rule` where it can match: above the first rule for any message, and choose it."""
        rules = self.model.rules
        places = (
            index
            for index, each in enumerate(rules)
            if isinstance(each.matcher, AnyMatcher) and each.state is None and each.enabled
        )
        self._insert(next(places, len(rules)), rule)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.is_changed:
            return
        event.ignore()
        if any(each.isVisible() for each in self.findChildren(QMessageBox)):
            return
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Rules of {0}").format(self.listener.spec.name),
            self.tr("The rules were changed and not saved."),
            buttons.Save | buttons.Discard | buttons.Cancel,
            self,
        )
        box.button(buttons.Save).setEnabled(self.checked.options is not None)
        box.finished.connect(self._answer_close)
        open_modal(box)

    def _answer_close(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Save.value:
            self.save_rules()
        elif answer == QMessageBox.StandardButton.Discard.value:
            self._load()
        if not self.is_changed:
            self.close()

    def save_rules(self) -> None:
        """Give the rules to the listener and its profile, unless they have mistakes."""
        self._check()
        checked = check(as_written(self.ruleset, self._rules_of_listener()))
        if checked.options is None or self.listener not in self._workspace.deck.listeners:
            return
        spec = evolve(self.listener.spec, options=checked.options)
        self._workspace.change(self.listener, spec, restart=False)
        self._show_save_error()
        self._load()
        self.refresh()
        if self.listener.reload_error:
            self._say(self.listener.reload_error, wrong=True)

    # Layout

    def _set_up(self) -> None:
        set_up_table(self.table, self.model, self.tr("Rules, the first that matches wins"))
        self.table.verticalHeader().show()  # the numbers say which one is tried first
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (NAME, HITS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.reset.setToolTip(self.tr("Set the hits and the unmatched messages to none"))
        self.save.setDefault(True)
        QShortcut(QKeySequence.StandardKey.Save, self).activated.connect(self.save_rules)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.addWidget(self.add)
        for button in (self.duplicate, self.up, self.down, self.remove):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.reset)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(tools)
        column.addWidget(self.table, 1)
        self.tabs.addTab(self.tester, self.tr("Tester"))
        self.tabs.addTab(self.unmatched, self.tr("Unmatched"))
        self.tabs.addTab(_scrolled(self.set_form), self.tr("Framing and greeting"))
        self.tabs.setDocumentMode(True)
        down = QSplitter(Qt.Orientation.Vertical)
        down.addWidget(left)
        down.addWidget(self.tabs)
        down.setStretchFactor(0, 3)
        down.setStretchFactor(1, 2)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(down)
        across.addWidget(_scrolled(self.form))
        across.setStretchFactor(0, 1)
        across.setSizes([620, 480])
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.revert)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.addWidget(across, 1)
        layout.addLayout(foot)
        self.resize(1140, 700)

    def _bind(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self.model.dataChanged.connect(self._change_model)
        self.form.changed.connect(self._take_form)
        self.set_form.changed.connect(self._wait.start)
        self.add.clicked.connect(lambda: self._insert(self._row + 1, Rule(AnyMatcher())))
        self.duplicate.clicked.connect(self._duplicate)
        self.remove.clicked.connect(self._remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(+1))
        self.reset.clicked.connect(self._count_anew)
        self.save.clicked.connect(self.save_rules)
        self.revert.clicked.connect(self._load)
        self.unmatched.rule_wanted.connect(self._make_rule)
        self.unmatched.test_wanted.connect(self._try_message)

    # Edits

    @property
    def _row(self) -> int:
        """The chosen row, or -1."""
        return self.table.currentIndex().row()

    def _rules_of_listener(self) -> RuleSet:
        """The rules of the spec. They were checked when they were read."""
        result = parse(self.listener.spec.options)
        return result if isinstance(result, RuleSet) else RuleSet()

    def _load(self) -> None:
        """Show the rules of the listener, and forget what was edited."""
        row = max(0, self._row)
        self._saved = one_line_set(self._rules_of_listener())
        self.set_form.show_set(self._saved)
        self.model.show_rules(self._saved.rules)
        if self._saved.rules:
            self.table.selectRow(min(row, len(self._saved.rules) - 1))
        self._seen = ()
        self._show_chosen()
        self._check()

    def _show_chosen(self) -> None:
        is_chosen = self._row >= 0
        self.form.setEnabled(is_chosen)
        self._is_showing = True
        self.form.show_rule(self.model.rules[self._row] if is_chosen else Rule(AnyMatcher()))
        self._is_showing = False
        self._show_state()

    def _take_form(self) -> None:
        if self._row >= 0:
            rule = evolve(self.form.rule, enabled=self.model.rules[self._row].enabled)
            self.model.replace(self._row, rule)
            self._wait.start()

    def _change_model(self, _first: object, _last: object) -> None:
        self._wait.start()

    def _insert(self, row: int, rule: Rule) -> None:
        if len(self.model.rules) < MAX_RULES:
            self.model.insert(row, rule)
            self.table.selectRow(row)
            self._check()
            self.form.when.setFocus()

    def _duplicate(self) -> None:
        if self._row >= 0:
            self._insert(self._row + 1, self.model.rules[self._row])

    def _remove(self) -> None:
        if self._row >= 0:
            self.model.remove(self._row)
            self._show_chosen()
            self._check()

    def _move(self, by: int) -> None:
        row = self._row
        if row >= 0 and self.model.move(row, by):
            self.table.selectRow(row + by)
            self._check()

    def _make_rule(self, message: UnmatchedMessage) -> None:
        self.insert(rule_for(message.message))

    def _try_message(self, message: UnmatchedMessage) -> None:
        self.tabs.setCurrentWidget(self.tester)
        self.tester.try_message(message.message, message.state)

    def _count_anew(self) -> None:
        if self.running is not None:
            self.running.reset_counts()
            self.refresh()

    # What is shown

    def _check(self) -> None:
        self._wait.stop()
        ruleset = self.ruleset
        self.checked = check(ruleset)
        is_valid = self.checked.options is not None and not self.set_form.framing.mistake
        self.tester.use(ruleset if is_valid else None)
        self._show_state()

    def _show_state(self) -> None:
        self.form.show_mistakes(self.checked.of_rule(self._row))
        self.set_form.show_mistakes(self.checked.of_set)
        count = self.checked.count + bool(self.set_form.framing.mistake)
        is_there = self.listener in self._workspace.deck.listeners
        self.save.setEnabled(is_there and self.is_changed and not count)
        self.revert.setEnabled(self.is_changed)
        row = self._row
        last = len(self.model.rules) - 1
        for button in (self.duplicate, self.remove):
            button.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < last)
        if not is_there:
            self._say(self.tr("The listener was removed."), wrong=True)
        elif count:
            self._say(self._mistakes(), wrong=True)
        elif self.is_changed:
            self._say(self.tr("Not saved yet. The listener goes on with the rules of before."))
        else:
            self._say("")

    def _mistakes(self) -> str:
        """Where the mistakes are."""
        numbers = [str(index + 1) for index in sorted(self.checked.of_rules)]
        parts = []
        if self.checked.of_set or self.set_form.framing.mistake:
            parts.append(self.tr("framing and greeting"))
        if numbers:
            parts.append(self.tr("rule {0}").format(", ".join(numbers[:10])))
        return self.tr("There are mistakes in: {0}.").format("; ".join(parts))

    def _say(self, words: str, *, wrong: bool = False) -> None:
        name = "trouble" if wrong else "quiet"
        if (self.said.text(), self.said.objectName()) == (words, name):
            return
        self.said.setObjectName(name)
        self.said.setProperty("wrong", wrong)
        self.said.setText(words)
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)

    @staticmethod
    def _news(running: RunningRules | None) -> tuple[object, ...]:
        """Another value whenever something that is shown of `running` changed."""
        if running is None:
            return (None,)
        counts = (
            sum(each.hits for each in running.rules),
            sum(each.failures for each in running.rules),
        )
        return (running.version, running.unmatched_count, *counts)


def _scrolled(widget: QWidget) -> QScrollArea:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(8, 8, 8, 8)
    layout.addWidget(widget)
    layout.addStretch(1)
    scroll = QScrollArea()
    scroll.setObjectName("fittingScroll")
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(holder)
    return scroll
