"""The forms of the editor: one rule, and what all rules share. A mistake stands below its field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from attrs import evolve
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.rules.reading import MAX_EVERY, MAX_SIZE, MAX_TIMES, MIN_EVERY
from app.rules.spec import (
    Action,
    AnyMatcher,
    Comparison,
    LiteralMatcher,
    MessageFraming,
    PythonMatcher,
    RegexMatcher,
    Reply,
    Rule,
    RuleSet,
    Target,
    Unframed,
    Unmatched,
)
from app.rules.toml_values import MAX_DELAY, MAX_NAME
from app.ui.rules.byte_fields import RepliesEdit, ReplyEdit, WrittenEdit, choose, line_edit
from app.ui.rules.edited_rules import REPLIES, WHEN, one_line, sentence
from app.ui.rules.model import action_name, comparison_name
from app.ui.style.icons import Icons
from app.ui.widgets.framing_form import FramingForm
from app.ui.widgets.labels import MistakeLabel
from app.ui.widgets.layouts import STRETCH, fill, widen_labels


class When(Enum):
    """The kinds of matchers that are no comparison."""

    REGEX = "regex"
    ANY = "any"
    PYTHON = "python"
    EVERY = "every"


OWN_REPLY: Final = "reply"
MOST_TIMES: Final = min(MAX_TIMES, 2**31 - 1)


class OptionalLine(QWidget):
    """A check box, and a line that counts while it is checked. `None` stands for unchecked."""

    changed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.box = QCheckBox(words)
        self.line = QLineEdit()
        self.line.setMaxLength(MAX_NAME)
        self.line.setAccessibleName(words.replace("&", ""))
        self.line.setEnabled(False)
        fill(QHBoxLayout(self), self.box, (self.line, 1), margins=0)
        self.box.toggled.connect(self._toggle)
        self.line.textChanged.connect(self.changed)

    @property
    def value(self) -> str | None:
        return self.line.text() if self.box.isChecked() else None

    def show_value(self, value: str | None) -> None:
        """Show `value` without a signal."""
        self.blockSignals(True)
        self.box.setChecked(value is not None)
        self.line.setText(value or "")
        self.blockSignals(False)

    def _toggle(self, on: bool) -> None:
        self.line.setEnabled(on)
        self.line.setPlaceholderText(self.tr("the first state") if on else "")
        self.changed.emit()


class _Form(QWidget):
    """Fields with their mistakes below them."""

    changed = Signal()
    """The user entered something."""

    def __init__(self) -> None:
        super().__init__()
        self._is_showing = False
        self.troubles: dict[str, MistakeLabel] = {}
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)

    def _add(self, key: str, words: str, *fields: QWidget) -> None:
        trouble = self.troubles[key] = MistakeLabel()
        holder = QWidget()
        fill(QVBoxLayout(holder), *fields, trouble, margins=0)
        holder.setFocusProxy(fields[0])
        if not fields[0].accessibleName():
            fields[0].setAccessibleName(words.replace("&", ""))
        self._rows.addRow(words, holder)


class RuleForm(_Form):
    """Edits one rule. Whether it is enabled is edited in the table."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._rule = Rule()
        self.name = QLineEdit()
        self.when = QComboBox()
        self.written = WrittenEdit(self.tr("What the message is compared with"))
        self.regex = line_edit(self.tr("Regular expression"), r"^ADD (?P<a>\d+)$")
        self.python = line_edit(self.tr("Function"), "rules.py:answer")
        self.every = QDoubleSpinBox()
        self.state = OptionalLine(self.tr("Only in the &state"))
        self.then = OptionalLine(self.tr("&Move it to the state"))
        self.replies = RepliesEdit(icons)
        self.framed = QCheckBox(self.tr("Put the &frame around the reply"))
        self.delay = (QDoubleSpinBox(), QDoubleSpinBox())
        self.action = QComboBox()
        self.to = QComboBox()
        self.times = QSpinBox()
        self._operands = QStackedWidget()
        self._set_up()
        self._lay_out()
        self._bind()
        self.show_rule(Rule(AnyMatcher()))

    @property
    def rule(self) -> Rule:
        """The rule as it is entered; not checked."""
        return self._rule

    def show_rule(self, rule: Rule) -> None:
        """Show another rule, without a signal."""
        self._rule = rule
        self._is_showing = True
        self.name.setText(rule.name)
        self._show_when(rule)
        self.state.show_value(rule.state)
        self.then.show_value(rule.then)
        self.replies.show_replies(rule.replies, rule.order)
        self.framed.setChecked(rule.framed)
        for box, seconds in zip(self.delay, rule.delay, strict=True):
            box.setValue(seconds)
        choose(self.action, rule.action)
        choose(self.to, rule.to)
        self.times.setValue(rule.times)
        self._is_showing = False
        self._show_possible()

    def show_mistakes(self, mistakes: Mapping[str, str]) -> None:
        """Show each mistake below its field. One without a field is shown at the first."""
        shown: dict[str, list[str]] = {}
        for key, message in mistakes.items():
            shown.setdefault(key if key in self.troubles else WHEN, []).append(message)
        for key, label in self.troubles.items():
            label.setText(sentence(shown.get(key, ())))

    def _set_up(self) -> None:
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(self.tr("optional"))
        for comparison in Comparison:
            self.when.addItem(comparison_name(comparison), comparison)
        for kind, words in (
            (When.REGEX, self.tr("matches the expression")),
            (When.ANY, self.tr("is any message")),
            (When.PYTHON, self.tr("is taken by a Python function")),
            (When.EVERY, self.tr("none: by itself, every")),
        ):
            self.when.addItem(words, kind)
        self.every.setRange(MIN_EVERY, MAX_EVERY)
        self.every.setDecimals(2)
        for box in self.delay:
            box.setRange(0.0, MAX_DELAY)
            box.setDecimals(3)
        for box in (self.every, *self.delay):
            box.setSuffix(self.tr(" s"))
            box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.every.setAccessibleName(self.tr("Seconds between two replies"))
        self.delay[0].setAccessibleName(self.tr("Shortest delay"))
        self.delay[1].setAccessibleName(self.tr("Longest delay"))
        for action in (None, *Action):
            self.action.addItem(action_name(action), action)
        for target, words in (
            (Target.PEER, self.tr("this connection")),
            (Target.OTHERS, self.tr("the others")),
            (Target.ALL, self.tr("all connections")),
        ):
            self.to.addItem(words, target)
        self.times.setRange(0, MOST_TIMES)
        self.times.setSpecialValueText(self.tr("any number of times"))
        for part in (self.written, self.regex, QWidget(), self.python, self.every):
            self._operands.addWidget(part)

    def _lay_out(self) -> None:
        self._add("name", self.tr("&Name"), self.name)
        self._add(WHEN, self.tr("The m&essage"), self.when, self._operands)
        self._add("state", self.tr("The connection"), self.state)
        self._add("then", "", self.then)
        self._add(REPLIES, self.tr("Reply"), self.replies)
        self._add("framed", "", self.framed)
        delay = QWidget()
        fill(QHBoxLayout(delay), self.delay[0], QLabel("–"), self.delay[1], STRETCH, margins=0)
        self._add("delay", self.tr("After"), delay)
        self._add("to", self.tr("T&o"), self.to)
        self._add("action", self.tr("&And then"), self.action)
        self._add("times", self.tr("Applies"), self.times)
        widen_labels(self._rows)

    def _bind(self) -> None:
        self.name.textChanged.connect(self._take)
        self.when.currentIndexChanged.connect(self._take)
        for part in (self.written, self.state, self.then, self.replies):
            part.changed.connect(self._take)
        for line in (self.regex, self.python):
            line.textChanged.connect(self._take)
        for box in (self.every, *self.delay):
            box.valueChanged.connect(self._take)
        self.framed.toggled.connect(self._take)
        for choice in (self.action, self.to):
            choice.currentIndexChanged.connect(self._take)
        self.times.valueChanged.connect(self._take)

    def _show_when(self, rule: Rule) -> None:
        kind: Comparison | When = When.EVERY if rule.every else When.ANY
        match rule.matcher:
            case LiteralMatcher(comparison, written):
                kind = comparison
                self.written.show_written(written)
            case RegexMatcher(source):
                kind = When.REGEX
                self.regex.setText(one_line(source))
            case PythonMatcher(reference):
                kind = When.PYTHON
                self.python.setText(reference)
        if rule.every:
            self.every.setValue(rule.every)
        choose(self.when, kind)

    def _take(self) -> None:
        if self._is_showing:
            return
        low, high = (box.value() for box in self.delay)
        before = self._rule
        self._rule = evolve(
            before,
            name=self.name.text(),
            state=self.state.value,
            then=self.then.value,
            replies=self.replies.replies,
            order=self.replies.after_last,
            delay=(low, max(low, high)),
            action=self.action.currentData(),
            to=self.to.currentData(),
            times=self.times.value(),
            framed=self.framed.isChecked(),
            **self._matching(),
        )
        self._show_possible()
        if self._rule != before:
            self.changed.emit()

    def _matching(self) -> dict[str, Any]:
        """The fields of a rule that say when it applies."""
        kind = self.when.currentData()
        if kind is When.EVERY:
            return {"matcher": None, "every": self.every.value()}
        if isinstance(kind, Comparison):
            return {"matcher": LiteralMatcher(kind, self.written.written), "every": 0.0}
        if kind is When.REGEX:
            return {"matcher": RegexMatcher(self.regex.text()), "every": 0.0}
        if kind is When.PYTHON:
            return {"matcher": PythonMatcher(self.python.text()), "every": 0.0}
        return {"matcher": AnyMatcher(), "every": 0.0}

    def _show_possible(self) -> None:
        """Show the operand of the chosen kind, and switch off what has no meaning with it."""
        kind = self.when.currentData()
        kinds = (When.REGEX, When.ANY, When.PYTHON, When.EVERY)
        self._operands.setCurrentIndex(kinds.index(kind) + 1 if kind in kinds else 0)
        self._operands.setVisible(kind is not When.ANY)
        self.replies.setEnabled(kind is not When.PYTHON)
        self.to.setEnabled(kind is not When.EVERY)


class SetForm(_Form):
    """Edits a rule set, but not its rules."""

    def __init__(self, icons: Icons, *, is_datagram: bool = False) -> None:
        """With `is_datagram`, a message without a framing is a datagram."""
        super().__init__()
        self._greets = not is_datagram
        unframed = Unframed.DATAGRAM if is_datagram else Unframed.CHUNK
        self.framing: FramingForm[MessageFraming] = FramingForm(unframed=unframed, longest=MAX_SIZE)
        self.greeting = ReplyEdit(icons, self)
        self.unmatched = QComboBox()
        self.own_reply = ReplyEdit(icons)
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
                found += [self.framing.trouble] if self.framing.trouble else []
            label.setText(sentence(found))

    def _set_up(self) -> None:
        for unmatched, text in (
            (Unmatched.IGNORE, self.tr("is ignored")),
            (Unmatched.CLOSE, self.tr("closes the connection")),
            (Unmatched.RESET, self.tr("resets the connection")),
            (OWN_REPLY, self.tr("gets a reply of its own")),
        ):
            self.unmatched.addItem(text, unmatched)

    def _lay_out(self) -> None:
        self._add("framing", self.tr("Messages are"), self.framing)
        self.greeting.setVisible(self._greets)
        if self._greets:
            self._add("greeting", self.tr("Greeting"), self.greeting)
        self._add("unmatched", self.tr("Any other message"), self.unmatched, self.own_reply)

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
