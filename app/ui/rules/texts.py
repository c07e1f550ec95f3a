"""Rules in words: what one matches and what it replies, each as one line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.faults.describing import duration
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
from app.ui.widgets.translation import translated


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
    if rule.state is not None:
        state = QCoreApplication.translate("Rules", "{0}, in the state “{1}”")
        words = state.format(words, rule.state)
    return words


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
