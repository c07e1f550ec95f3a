"""The rules of one listener as a table, and in words: what one matches and what it replies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QGuiApplication

from app.faults.describing import duration
from app.rules.running import RunningRule
from app.rules.spec import (
    Action,
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    PythonMatcher,
    RegexMatcher,
    Reply,
    Rule,
    Target,
    Written,
)
from app.text.notation import Notation
from app.ui.rules.edited_rules import one_line_rule
from app.ui.rules.rule_list import RuleRows
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.tables import Index
from app.ui.widgets.translation import translated

WHEN, REPLY, HITS = range(1, 4)


class RulesModel(RuleRows[Rule]):
    """Shows at each rule the hits of the running rule equal to it."""

    def __init__(self, parent: QObject | None = None) -> None:
        titles = self.tr("Rule"), self.tr("Message"), self.tr("Reply"), self.tr("Hits")
        super().__init__(titles, parent)
        self._running: dict[Rule, RunningRule] = {}
        self._last_running: list[tuple[RunningRule, Rule]] = []

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in their order."""
        return tuple(self.rows)

    def show_running(self, running: Iterable[RunningRule]) -> None:
        """Show how often each rule was hit. A rule that does not run yet has no number."""
        now = [(each, each.rule) for each in running]
        if now != self._last_running:  # mostly only the counts differ
            self._last_running = now
            self._running = {_key(rule): each for each, rule in now}
        self.hits_changed()

    def is_on(self, rule: Rule) -> bool:
        return rule.enabled

    def switched(self, rule: Rule, on: bool) -> Rule:
        return evolve(rule, enabled=on)

    def text(self, rule: Rule, index: Index) -> str:
        match index.column():
            case 0:
                return rule.name
            case 1:
                return matcher_text(rule)
            case 2:
                return reply_text(rule)
        running = self._of(rule)
        if running is None:
            return ""
        if running.failures:
            words = self.tr("{0} ({1} failed)")
            return words.format(f"{running.hits:,}", f"{running.failures:,}")
        return f"{running.hits:,}"

    def ink(self, rule: Rule, column: int) -> Any:
        palette = QGuiApplication.palette()
        running = self._of(rule)
        if column == HITS and running is not None and running.failures:
            return tint_color(Tint.DANGER, palette)
        is_spent = running is not None and running.is_spent
        return None if rule.enabled and not is_spent else quiet_color(palette)

    def _of(self, rule: Rule) -> RunningRule | None:
        return self._running.get(_key(rule))


def _key(rule: Rule) -> Rule:
    """Equal for a shown rule and the running rule that was made from it, enabled or not."""
    return evolve(one_line_rule(rule), enabled=True)


def comparison_name(comparison: Comparison) -> str:
    """The word for a comparison in the form and in the table."""
    return {
        Comparison.EQUALS: QCoreApplication.translate("Rules", "equals"),
        Comparison.STARTS: QCoreApplication.translate("Rules", "starts with"),
        Comparison.ENDS: QCoreApplication.translate("Rules", "ends with"),
        Comparison.CONTAINS: QCoreApplication.translate("Rules", "contains"),
    }[comparison]


def action_name(action: Action | None) -> str:
    """What happens to the connection after the reply."""
    if action is None:
        return QCoreApplication.translate("Rules", "nothing")
    return {
        Action.CLOSE: QCoreApplication.translate("Rules", "close"),
        Action.RESET: QCoreApplication.translate("Rules", "reset"),
        Action.HALF_CLOSE: QCoreApplication.translate("Rules", "half-close"),
        Action.STOP_READING: QCoreApplication.translate("Rules", "stop reading"),
        Action.DRAIN: QCoreApplication.translate("Rules", "drain"),
    }[action]


def matcher_text(rule: Rule) -> str:
    """Which messages the rule answers, or how often it speaks by itself."""
    words = _matcher(rule)
    if rule.state is None:
        return words
    if not rule.state:
        return QCoreApplication.translate("Rules", "{0}, in the first state").format(words)
    return QCoreApplication.translate("Rules", "{0}, in the state “{1}”").format(words, rule.state)


def _matcher(rule: Rule) -> str:
    if rule.every:
        return QCoreApplication.translate("Rules", "every {0}").format(
            translated(duration(rule.every))
        )
    match rule.matcher:
        case LiteralMatcher(comparison, written):
            return f"{comparison_name(comparison)} {written_text(written)}"
        case RegexMatcher(source):
            return QCoreApplication.translate("Rules", "regex {0}").format(source)
        case PythonMatcher(reference):
            return QCoreApplication.translate("Rules", "Python {0}").format(reference)
        case AnyMatcher():
            return QCoreApplication.translate("Rules", "any message")
    return ""


def reply_text(rule: Rule) -> str:
    """What the rule sends, to whom, and what it does after that."""
    parts = [one_reply(each) for each in rule.replies[:1]]
    if len(rule.replies) > 1:
        more = QCoreApplication.translate("Rules", "and {0} more in turn")
        parts.append(more.format(len(rule.replies) - 1))
    if rule.to is not Target.PEER:
        others = QCoreApplication.translate("Rules", "to the others")
        every = QCoreApplication.translate("Rules", "to all")
        parts.append(others if rule.to is Target.OTHERS else every)
    if rule.action is not None:
        parts.append(
            QCoreApplication.translate("Rules", "then {0}").format(action_name(rule.action))
        )
    return " · ".join(parts) or QCoreApplication.translate("Rules", "no reply")


def one_reply(reply: Reply) -> str:
    """The pieces of one reply."""
    return " + ".join(
        QCoreApplication.translate("Rules", "file {0}").format(piece.path)
        if isinstance(piece, FilePiece)
        else written_text(piece.written)
        for piece in reply
    )


def written_text(written: Written) -> str:
    """Bytes as they were written; hex is marked as such."""
    return f"hex {written.text}" if written.notation is Notation.HEX else f"“{written.text}”"
