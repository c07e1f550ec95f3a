"""The rules of one listener in a window: the list, the form of one rule, the tester, the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSplitter,
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
from app.ui.rules.edited_rules import Checked, as_written, check, one_line_set
from app.ui.rules.forms import RuleForm, SetForm
from app.ui.rules.message_panels import RuleTester, UnmatchedPanel
from app.ui.rules.model import RulesModel
from app.ui.rules.rule_list import RuleList
from app.ui.style.icons import Icons
from app.ui.widgets.labels import WrappingLabel, show_result
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.task_window import ListenerWindow
from app.ui.widgets.translation import listed

CHECK_MS: Final = 120
"""How long after a key the rules are checked, which takes long for many of them."""


class RulesEditor(ListenerWindow):
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
        super().__init__(listener, workspace, show_save_error, owner, wait_ms=CHECK_MS)
        self._saved = RuleSet()
        """The rules of the listener as the form shows them, when they were looked at last."""
        self._seen: tuple[object, ...] = ()
        self.checked = Checked({})
        self.model = RulesModel(self)
        self.rules = RuleList(
            self.model,
            Rule(AnyMatcher()),
            MAX_RULES,
            self.tr("Rules, the first that matches wins"),
            self.tr("No rule yet, so no message is answered by one."),
            icons,
        )
        self.form = RuleForm(icons)
        is_datagram = Endpoint.parse(listener.spec.endpoint).is_datagram
        self.set_form = SetForm(icons, is_datagram=is_datagram)
        self.tester = RuleTester()
        self.unmatched = UnmatchedPanel()
        self.tabs = QTabWidget()
        self.reset = QPushButton(self.tr("Reset &counts"))
        self.said = WrappingLabel()
        self.save = QPushButton(self.tr("&Save"))
        self.revert = QPushButton(self.tr("Re&vert"))
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
        return self.listener.part("rules", RunningRules)

    def refresh(self) -> None:
        """Show the hits and the unmatched messages of now, and follow the listener."""
        self.setWindowTitle(self.tr("Rules of {0}").format(self.listener.spec.name))
        now = one_line_set(self._rules_of_listener())
        if now != self._saved:
            if self.is_changed:
                self._saved = now
                self.look_at_entered()
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
        self.rules.insert(next(places, len(rules)), rule)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_changed:
            buttons = QMessageBox.StandardButton
            box = self.ask_before_closing(
                event,
                self.tr("The rules were changed and not saved."),
                buttons.Save | buttons.Discard | buttons.Cancel,
                self._answer_close,
            )
            if box is not None:
                box.button(buttons.Save).setEnabled(self.checked.options is not None)

    def _answer_close(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Save.value:
            self.save_rules()
        elif answer == QMessageBox.StandardButton.Discard.value:
            self._load()
        if not self.is_changed:
            self.close()

    def save_rules(self) -> None:
        """Give the rules to the listener and its profile, unless they have mistakes."""
        self.look_at_entered()
        checked = check(as_written(self.ruleset, self._rules_of_listener()))
        if checked.options is None or not self.is_listed:
            return
        self.use_options(checked.options)
        self._load()
        self.refresh()
        if self.listener.reload_error:
            show_result(self.said, self.listener.reload_error, wrong=True)

    # Layout

    def _lay_out(self) -> None:
        self.reset.setToolTip(self.tr("Set the hits and the unmatched messages to none"))
        self.save.setDefault(True)
        self.rules.tools.addWidget(self.reset)
        self.tabs.addTab(self.tester, self.tr("Tester"))
        self.tabs.addTab(self.unmatched, self.tr("Unmatched"))
        self.tabs.addTab(_scrolled(self.set_form), self.tr("Framing and greeting"))
        self.tabs.setDocumentMode(True)
        down = QSplitter(Qt.Orientation.Vertical)
        down.addWidget(self.rules)
        down.addWidget(self.tabs)
        down.setStretchFactor(0, 3)
        down.setStretchFactor(1, 2)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(down)
        across.addWidget(_scrolled(self.form))
        across.setStretchFactor(0, 1)
        across.setSizes([620, 480])
        foot = fill(QHBoxLayout(), (self.said, 1), self.save, self.revert)
        fill(QVBoxLayout(self), (across, 1), foot)
        self.resize(1140, 700)

    def _bind(self) -> None:
        QShortcut(QKeySequence.StandardKey.Save, self).activated.connect(self.save_rules)
        self.rules.chosen.connect(self._show_chosen)
        self.rules.added.connect(self._begin_rule)
        self.rules.rearranged.connect(self.look_at_entered)
        self.rules.changed.connect(self.wait_for_more)
        self.form.changed.connect(lambda: self.rules.replace_chosen(self.form.rule))
        self.set_form.changed.connect(self.wait_for_more)
        self.reset.clicked.connect(self._count_anew)
        self.save.clicked.connect(self.save_rules)
        self.revert.clicked.connect(self._load)
        self.unmatched.rule_wanted.connect(self._make_rule)
        self.unmatched.test_wanted.connect(self._try_message)

    # Edits

    def _rules_of_listener(self) -> RuleSet:
        """The rules of the spec. They were checked when they were read."""
        result = parse(self.listener.spec.options)
        return result if isinstance(result, RuleSet) else RuleSet()

    def _load(self) -> None:
        """Show the rules of the listener, and forget what was edited."""
        self._saved = one_line_set(self._rules_of_listener())
        self.set_form.show_set(self._saved)
        self.rules.show_rules(self._saved.rules)
        self._seen = ()
        self.look_at_entered()

    def _show_chosen(self) -> None:
        self.form.setEnabled(self.rules.row >= 0)
        self.form.show_rule(self.rules.rule)
        self._show_state()

    def _begin_rule(self) -> None:
        self.look_at_entered()
        self.form.when.setFocus()

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

    def look_at_entered(self) -> None:
        self._wait.stop()
        ruleset = self.ruleset
        self.checked = check(ruleset)
        is_valid = self.checked.options is not None and not self.set_form.framing.trouble
        self.tester.use(ruleset if is_valid else None)
        self._show_state()

    def _show_state(self) -> None:
        self.form.show_mistakes(self.checked.of_rule(self.rules.row))
        self.set_form.show_mistakes(self.checked.of_set)
        count = self.checked.count + bool(self.set_form.framing.trouble)
        self.save.setEnabled(self.is_listed and self.is_changed and not count)
        self.revert.setEnabled(self.is_changed)
        if not self.is_listed:
            show_result(self.said, self.tr("The listener was removed."), wrong=True)
        elif count:
            show_result(self.said, self._mistakes(), wrong=True)
        elif self.is_changed:
            words = self.tr("Not saved yet. The listener goes on with the rules of before.")
            show_result(self.said, words)
        else:
            show_result(self.said, "")

    def _mistakes(self) -> str:
        """Where the mistakes are."""
        numbers = [str(index + 1) for index in sorted(self.checked.of_rules)]
        parts = []
        if self.checked.of_set or self.set_form.framing.trouble:
            parts.append(self.tr("framing and greeting"))
        if numbers:
            parts.append(self.tr("rule {0}").format(listed(numbers[:10])))
        return self.tr("There are mistakes in: {0}.").format("; ".join(parts))

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
    fill(QVBoxLayout(holder), widget, STRETCH, margins=8)
    scroll = QScrollArea()
    scroll.setObjectName("fittingScroll")
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(holder)
    return scroll
