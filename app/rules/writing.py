"""From a rule set to the tables of a profile: what `reading.parse` reads back as the same set."""

from __future__ import annotations

from typing import Any

from app.rules.spec import (
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Matcher,
    MessageFraming,
    Order,
    PythonMatcher,
    RegexMatcher,
    Reply,
    Rule,
    RuleSet,
    Target,
    TextPiece,
    Unframed,
    Unmatched,
    Written,
)
from app.text.notation import Notation, write
from app.traffic.reply_rules import framing_table


def to_toml_tables(ruleset: RuleSet) -> dict[str, Any]:
    """The options of a `replies` listener, in plain values. What is the default is left out."""
    table = framing_keys(ruleset.framing)
    if ruleset.greeting:
        table["greeting"] = _reply(ruleset.greeting)
    if isinstance(ruleset.unmatched, tuple):
        table["unmatched"] = _unmatched_reply(ruleset.unmatched)
    elif ruleset.unmatched is not Unmatched.IGNORE:
        table["unmatched"] = ruleset.unmatched.value
    if ruleset.rules:
        table["rule"] = [_rule(rule) for rule in ruleset.rules]
    return table


def rule_for(message: bytes) -> Rule:
    """A rule that matches exactly `message`, and does not answer yet. Bytes that are no readable
    text are written in hex."""
    text = write(message, Notation.ESCAPES)
    is_readable = text.count("\\x") * 4 <= len(message)
    if is_readable:
        return Rule(LiteralMatcher(Comparison.EQUALS, Written(text)))
    return Rule(LiteralMatcher(Comparison.EQUALS, Written(message.hex(" "), Notation.HEX)))


def framing_keys(framing: MessageFraming) -> dict[str, Any]:
    """The keys of a listener that name `framing`."""
    if isinstance(framing, Unframed):
        return {"framing": framing.value}
    return framing_table(framing)


def _rule(rule: Rule) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if rule.name:
        table["name"] = rule.name
    if rule.matcher is not None:
        table.update(_matcher(rule.matcher))
    if rule.every:
        table["every"] = rule.every
    if rule.state is not None:
        table["state"] = rule.state
    if rule.then is not None:
        table["then"] = rule.then
    table.update(_replies(rule))
    if rule.delay != (0.0, 0.0):
        low, high = rule.delay
        table["delay"] = low if low == high else [low, high]
    if rule.action is not None:
        table["action"] = rule.action.value
    if rule.to is not Target.PEER:
        table["to"] = rule.to.value
    if rule.times:
        table["times"] = rule.times
    if rule.framed:
        table["framed"] = True
    if not rule.enabled:
        table["enabled"] = False
    return table


def _matcher(matcher: Matcher) -> dict[str, Any]:
    match matcher:
        case LiteralMatcher(comparison, written):
            return {comparison.value: _written(written)}
        case RegexMatcher(source):
            return {"regex": source}
        case AnyMatcher():
            return {"any": True}
        case PythonMatcher(reference):
            return {"python": reference}


def _replies(rule: Rule) -> dict[str, Any]:
    if len(rule.replies) == 1 and rule.order is Order.REPEAT:
        return {"reply": _reply(rule.replies[0])}
    if not rule.replies:
        return {}
    table: dict[str, Any] = {"replies": [_reply(reply) for reply in rule.replies]}
    if rule.order is not Order.REPEAT:
        table["order"] = rule.order.value
    return table


def _unmatched_reply(reply: Reply) -> Any:
    """A reply that reads like one of the words for no reply is written as a table."""
    plain = _reply(reply)
    is_word = isinstance(plain, str) and plain in {each.value for each in Unmatched}
    return {"text": plain} if is_word else plain


def _reply(reply: Reply) -> Any:
    pieces = [_piece(piece) for piece in reply]
    return pieces[0] if len(pieces) == 1 else pieces


def _piece(piece: TextPiece | FilePiece) -> Any:
    if isinstance(piece, FilePiece):
        return {"file": piece.path}
    plain = _written(piece.written)
    if not piece.name:
        return plain
    table = plain if isinstance(plain, dict) else {"text": plain}
    return {**table, "name": piece.name}


def _written(written: Written) -> Any:
    return {"hex": written.text} if written.notation is Notation.HEX else written.text
